// You are here: the picture of the whole model, thumb-sized, with the part marked that the page is about. A click leads to the whole.
import { attr, make } from '../lib/dom.js';
import { defineView } from '../lib/mount.js';
import { followTheme } from '../lib/theme.js';

const SVG = 'http://www.w3.org/2000/svg';
// Boxes of the picture: name, x, y, width, height. Encoder at the left, decoder in the middle, output at the right.
const BOXES = [
  ['encoder.embedding', 2, 2, 34, 6], ['encoder.self_attn', 2, 10, 34, 10], ['encoder.add_norm', 2, 22, 34, 4], ['encoder.ffn', 2, 28, 34, 8],
  ['decoder.embedding', 48, 2, 34, 6], ['decoder.self_attn', 48, 10, 34, 8], ['decoder.cross_attn', 48, 20, 34, 8], ['decoder.add_norm', 48, 30, 34, 4], ['decoder.ffn', 48, 36, 34, 6],
  ['output', 94, 16, 22, 12],
];
const LINES = [['memory', 'M36,32H42V24H48'], ['out', 'M82,39H88V22H94'], ['loop', 'M105,16V5H82']];

function createView(root) {
  const button = make(root, 'button', 's2s-here-button', { type: 'button' });
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 118 44');
  svg.setAttribute('aria-hidden', 'true');
  button.append(svg);
  const add = (tag, name, attributes) => {
    const node = document.createElementNS(SVG, tag);
    for (const [key, value] of Object.entries({ ...attributes, 'data-name': name })) node.setAttribute(key, value);
    svg.append(node);
    return node;
  };
  const nodes = [
    ...LINES.map(([name, d]) => [name, add('path', name, { d })]),
    ...BOXES.map(([name, x, y, width, height]) => [name, add('rect', name, { x, y, width, height, rx: 1.5 })]),
  ];
  const restyle = followTheme(root, () => {}, () => {});
  return {
    receive({ data, setTriggerValue }) {
      restyle();
      button.onclick = () => setTriggerValue('open', true);
      attr(button, 'title', data.title);
      attr(button, 'aria-label', data.title);
      for (const [name, node] of nodes) attr(node, 'data-on', data.parts.includes(name) || null);
    },
  };
}

export default defineView('here', createView);
