// One row as lines from the token below to what it attends to above; made once a run, then only changed in place.
import { attr, paintStyle, pointIn, put } from '../lib/dom.js';
import { cellOf } from '../lib/maps.js';
import { clamp } from '../lib/text.js';
import { GAMMA } from '../lib/theme.js';

const NAMED = 0.02; // a weight from which a token is named where not all can be

function makeSvg(parent, tag, attributes = {}) {
  const node = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const name in attributes) attr(node, name, attributes[name]);
  parent.append(node);
  return node;
}

export function createLines(parent, act) {
  const svg = makeSvg(parent, 'svg', { class: 's2s-lines', 'aria-hidden': 'true' });
  const strands = makeSvg(svg, 'g'), keys = makeSvg(svg, 'g');
  const foot = makeSvg(svg, 'circle', { r: 4, class: 's2s-foot-dot' });
  const caption = makeSvg(svg, 'text', { class: 's2s-foot-text' });
  const nodes = [];
  let now = null, width = 0, height = 0;
  const TOP = 36;

  function grow(count) {
    while (nodes.length < count) {
      const text = makeSvg(keys, 'text', { y: 12 });
      nodes.push({
        path: makeSvg(strands, 'path'), text, place: makeSvg(keys, 'text', { y: 26, class: 's2s-key-place' }),
        dot: makeSvg(keys, 'circle', { r: 2, cy: TOP - 4 }),
      });
    }
    nodes.forEach(({ path, text, place, dot }, j) => [path, text, place, dot].forEach((node) => attr(node, 'display', j < count ? null : 'none')));
  }
  svg.onpointermove = (event) => {
    if (!now) return;
    const { x } = pointIn(svg, event);
    const col = clamp(Math.floor((x / width) * now.field.cols), 0, now.field.liveCols - 1);
    act.hover(now.row === null || col < 0 ? null : { attention: now.view.attention, layer: now.layer, head: now.head, row: now.row, col, from: 'lines' });
  };
  svg.onpointerleave = () => act.hover(null);

  return {
    measure(stage, taken) {
      width = Math.max(60, stage.width - taken - 16); // 16 is the gap in the stylesheet
      height = stage.height;
    },
    update(model, row, hovered) {
      const { field, map, theme, shown, view } = model;
      const missing = row === null || row >= field.liveRows;
      now = { ...model, row: missing ? null : row };
      attr(svg, 'viewBox', `0 0 ${width} ${height}`);
      grow(field.cols);
      const dx = width / field.cols, bottom = height - 26;
      const x = missing ? width / 2 : clamp(((row + 0.5) / field.rows) * width, 50, width - 50);
      const scale = field.signed ? theme.change : theme.weight;
      const values = nodes.slice(0, field.cols).map((_, j) => (missing || j >= field.liveCols ? 0 : cellOf(field, map, row, j)));
      nodes.slice(0, field.cols).forEach(({ path, text, place, dot }, j) => {
        const kx = (j + 0.5) * dx, strength = Math.min(1, Math.abs(values[j]));
        const live = j < field.liveCols, drawn = !missing && live && strength >= 0.002;
        attr(path, 'd', `M${x.toFixed(1)} ${bottom}C${x.toFixed(1)} ${(bottom * 0.55).toFixed(1)} ${kx.toFixed(1)} ${(bottom * 0.6).toFixed(1)} ${kx.toFixed(1)} ${TOP}`);
        attr(path, 'visibility', drawn ? null : 'hidden');
        paintStyle(path, 'stroke', scale(field.signed ? Math.sign(values[j]) * 0.7 : 0.55).fill);
        attr(path, 'stroke-width', (0.6 + 7 * strength).toFixed(2));
        attr(path, 'stroke-opacity', hovered === null || hovered === undefined ? (0.12 + 0.88 * strength ** GAMMA).toFixed(3) : hovered === j ? 1 : 0.12);
        attr(dot, 'cx', kx.toFixed(1));
        attr(dot, 'visibility', live ? null : 'hidden');
        put(text, live ? shown.colText(view.attention, j) : '');
        put(place, live ? String(shown.colPlace(view.attention, j)) : '');
        attr(text, 'data-on', hovered === j || (hovered == null && strength > 0.25) || null);
      });
      // Where tokens are too close, those with weight are named, the largest first: every second letter would be another word.
      const order = values.map((value, j) => [hovered === j ? 2 : Math.abs(value), j]).sort((a, b) => b[0] - a[0] || a[1] - b[1]);
      const advance = (model.small ? 12 : 14) * 0.61; // a monospaced character
      const close = nodes.slice(0, field.cols).some(({ text }) => [...text.textContent].length === 1 && advance > dx);
      for (const part of ['text', 'place']) {
        const taken = [];
        for (const [, j] of order) {
          const node = nodes[j][part], long = [...node.textContent].length, half = (long * advance) / 2 + (long > 1 ? 2 : 0), middle = clamp((j + 0.5) * dx, half, width - half);
          attr(node, 'x', middle.toFixed(1));
          const show = !(close && Math.abs(values[j]) < NAMED && hovered !== j) && taken.every(([from, to]) => middle + half <= from || middle - half >= to);
          if (show) taken.push([middle - half, middle + half]);
          attr(node, 'visibility', show ? null : 'hidden');
        }
      }
      attr(foot, 'cx', x.toFixed(1));
      attr(foot, 'cy', bottom);
      attr(foot, 'visibility', missing ? 'hidden' : null);
      attr(caption, 'x', x.toFixed(1));
      attr(caption, 'y', height - 6);
      put(caption, missing ? '' : shown.rowText(view.attention, row, (reads, predicts) => `${reads} → ${predicts}`));
    },
  };
}
