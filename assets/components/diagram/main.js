// A layer as textbooks draw it: boxes along the stream, and residuals as arrows around them.
import { attr, make } from '../lib/dom.js';
import { defineView } from '../lib/mount.js';
import { followTheme } from '../lib/theme.js';

const SVG = 'http://www.w3.org/2000/svg';
const WIDE = 116, NARROW = 84, HIGH = 28, GAP = 22, TOP = 24, MIDDLE = TOP + HIGH / 2; // pixels

function createView(root) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('role', 'img');
  make(root, 'div', 's2s-diagram-scroll').append(svg);
  const restyle = followTheme(root, () => {}, () => {});
  let drawn = null;

  function add(tag, attributes, text) {
    const node = document.createElementNS(SVG, tag);
    for (const name in attributes) attr(node, name, attributes[name]);
    if (text !== undefined) node.textContent = text;
    svg.append(node);
  }
  const label = (x, text) => add('text', { x, y: MIDDLE + 4.5 }, text);
  const arrow = (x) => add('path', { d: `M${x},${MIDDLE}H${x + GAP}M${x + GAP - 5},${MIDDLE - 4}L${x + GAP},${MIDDLE}L${x + GAP - 5},${MIDDLE + 4}` });

  function draw({ steps, residual }) {
    svg.replaceChildren();
    let x = 18;
    label(10, 'x');
    arrow(x);
    x += GAP;
    const box = (width, text) => {
      add('rect', { x, y: TOP, width, height: HIGH, rx: 5 });
      label(x + width / 2, text);
      arrow(x + width);
      x += width + GAP;
    };
    for (const { before, sublayer, after } of steps) {
      const start = x - GAP / 2;
      if (before) box(NARROW, before);
      box(WIDE, sublayer);
      const end = x + NARROW / 2;
      if (after) box(NARROW, after);
      if (residual) add('path', { class: 's2s-diagram-residual', d: `M${start},${MIDDLE}V6H${end}V${TOP}M${end - 4},${TOP - 6}L${end},${TOP}L${end + 4},${TOP - 6}` });
    }
    label(x + 8, 'x′');
    attr(svg, 'viewBox', `0 0 ${x + 20} ${TOP + HIGH + 2}`);
    attr(svg, 'width', x + 20);
    attr(svg, 'height', TOP + HIGH + 2);
  }
  return {
    receive({ data }) {
      restyle();
      if (JSON.stringify(data) === drawn) return;
      drawn = JSON.stringify(data);
      draw(data);
      attr(svg, 'aria-label', data.title);
    },
  };
}

export default defineView('diagram', createView);
