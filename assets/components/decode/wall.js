// All heads at once: a panel for each attention, rows are layers, columns are heads. Knows nothing of the other
// parts. `update` takes {panels: [{name, title, field, row, chosen: {layer, head}|null, summary}], theme, hover, labels, hint, resized};
// `act` has choose({attention, layer, head, row}), hover(cell|null) and describe(cell) → text.
import { sized } from '../lib/canvas.js';
import { attr, make, paintStyle, pointIn, put } from '../lib/dom.js';
import { kindsOf, legendRoom, paintLegend } from '../lib/legend.js';
import { paintHeads } from '../lib/maps.js';
import { clamp } from '../lib/text.js';

export function createWall(root, act) {
  const box = make(root, 'section', 's2s-wall');
  const grid = make(box, 'div', 's2s-panels');
  const foot = make(box, 'footer');
  const readout = make(foot, 'span', 's2s-readout');
  const legend = make(foot, 'canvas', 's2s-legend', { role: 'img' });
  const GUTTER = 16, TOP = 16, GAP = 5;
  const panels = [];
  let model;

  function addPanel() {
    const frame = make(grid, 'div', 's2s-panel');
    const title = make(frame, 'h4');
    const stage = make(frame, 'div', 's2s-maps');
    const base = make(stage, 'canvas', '', { role: 'img' }), over = make(stage, 'canvas', '', { 'aria-hidden': 'true' });
    const panel = { title, stage, base, over, spec: null, at: null, size: null };
    over.onpointermove = (event) => {
      const cell = cellAt(panel, event);
      paintStyle(over, 'cursor', cell ? 'pointer' : '');
      act.hover(cell && { ...cell, from: 'wall' });
    };
    over.onpointerleave = () => act.hover(null);
    over.onclick = (event) => {
      const cell = cellAt(panel, event);
      if (cell) act.choose(cell);
    };
    panels.push(panel);
  }

  function place({ size, spec }) {
    const { layers, heads } = spec.field;
    const { width, height } = size;
    const w = Math.floor((width - GUTTER - (heads - 1) * GAP - 2) / heads);
    const h = Math.floor(Math.min((height - TOP - (layers - 1) * GAP - 2) / layers, w));
    return { width, height, w, h, x: (head) => GUTTER + head * (w + GAP), y: (layer) => TOP + layer * (h + GAP) };
  }
  function cellAt({ over, spec, at }, event) {
    if (!at) return null;
    const point = pointIn(over, event), { field } = spec;
    const x = point.x - GUTTER, y = point.y - TOP;
    const head = Math.floor(x / (at.w + GAP)), layer = Math.floor(y / (at.h + GAP));
    if (x < 0 || y < 0 || head >= field.heads || layer >= field.layers) return null;
    const row = clamp(Math.floor(((y - layer * (at.h + GAP)) / at.h) * field.rows), 0, field.rows - 1);
    const col = clamp(Math.floor(((x - head * (at.w + GAP)) / at.w) * field.cols), 0, field.cols - 1);
    return { attention: spec.name, layer, head, row, col };
  }

  function paintBase({ base, spec, at }) {
    const { theme } = model, { layers, heads, rows, cols } = spec.field;
    const context = sized(base, at.width, at.height);
    if (!rows || !cols) return;
    const ratio = window.devicePixelRatio || 1;
    context.imageSmoothingEnabled = rows > at.h * ratio || cols > at.w * ratio; // average rather than drop rows
    paintHeads(context, spec.field, theme, at);
    context.font = `12px ${theme.sans}`;
    context.textBaseline = 'middle';
    context.textAlign = 'center';
    for (let layer = 0; layer < layers; layer++) {
      context.fillStyle = spec.chosen?.layer === layer ? theme.ink : theme.quiet;
      context.fillText(layer + 1, GUTTER / 2 - 2, at.y(layer) + at.h / 2);
    }
    for (let head = 0; head < heads; head++) {
      context.fillStyle = spec.chosen?.head === head ? theme.ink : theme.quiet;
      context.fillText(head + 1, at.x(head) + at.w / 2, 7);
    }
  }

  function paintOver(panel, hover) {
    const { over, spec, at } = panel, { theme } = model, { field } = spec;
    const context = sized(over, at.width, at.height);
    const dx = at.w / field.cols, dy = at.h / field.rows;
    const here = hover && hover.attention === spec.name ? hover : null;
    for (let layer = 0; layer < field.layers; layer++)
      for (let head = 0; head < field.heads; head++) {
        const x = at.x(head), y = at.y(layer);
        if (spec.row !== null && spec.row < field.liveRows) {
          const middle = y + (spec.row + 0.5) * dy;
          context.fillStyle = theme.mark;
          context.fillRect(x - 4, middle - 1, 4, 2);
        }
        if (!here) continue;
        context.fillStyle = theme.band;
        if (here.row !== null && here.row < field.rows) context.fillRect(x, y + here.row * dy, at.w, Math.max(1, dy));
        if (here.col < field.cols) context.fillRect(x + here.col * dx, y, Math.max(1, dx), at.h);
        if (here.row === null || here.row >= field.rows || here.col >= field.cols) continue;
        context.strokeStyle = theme.ink;
        context.lineWidth = 1;
        context.strokeRect(x + here.col * dx - 0.5, y + here.row * dy - 0.5, dx + 1, dy + 1);
      }
    if (!spec.chosen) return;
    context.strokeStyle = theme.mark;
    context.lineWidth = 2;
    context.strokeRect(at.x(spec.chosen.head) - 1.5, at.y(spec.chosen.layer) - 1.5, at.w + 3, at.h + 3);
  }

  /** What colours and hatches mean, naming only the hatches that occur. */
  function explain() {
    const { labels, panels: specs } = model, { signed } = specs[0].field, kinds = kindsOf(specs.map(({ field }) => field));
    const [low, high] = signed ? [labels.minus, labels.plus] : ['0', '1'];
    const hatches = kinds.flatMap((kind) => [{ kind, width: 18, framed: true }, { text: labels[kind], gap: 16 }]);
    const parts = [{ text: low }, { signed, width: 80 }, { text: high, gap: 8 }, { text: labels.scale, gap: 16 }, ...hatches];
    const label = [`${low}–${high}`, labels.scale, ...kinds.map((kind) => labels[kind])].join(', ');
    paintLegend(legend, parts, model.theme, { start: 0, label, room: legendRoom(grid.clientWidth) });
  }

  return {
    update(next) {
      model = next;
      while (panels.length < next.panels.length) addPanel();
      while (panels.length > next.panels.length) panels.pop().stage.parentElement.remove();
      next.panels.forEach((spec, i) => {
        const panel = panels[i];
        panel.spec = spec;
        put(panel.title, spec.title);
        attr(panel.title, 'title', spec.title);
        attr(panel.stage.parentElement, 'data-chosen', !!spec.chosen || null);
        if (next.resized || !panel.size) panel.size = { width: panel.stage.clientWidth, height: panel.stage.clientHeight };
        panel.at = place(panel);
        if (panel.at.w < 3 || panel.at.h < 3) return (panel.at = null); // not laid out yet
        attr(panel.base, 'aria-label', spec.summary);
        paintBase(panel);
      });
      explain();
      this.point(next.hover);
    },
    point(hover) {
      for (const panel of panels) if (panel.at) paintOver(panel, hover);
      put(readout, hover?.from === 'wall' ? act.describe(hover, true) : model.hint);
      attr(readout, 'title', readout.textContent);
    },
  };
}
