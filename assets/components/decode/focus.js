// The chosen head, large: a heatmap to read values from, beside the current row as lines.
import { sized } from '../lib/canvas.js';
import { createChoice } from '../lib/choice.js';
import { ARROWS, attr, isPlain, make, paintStyle, pointIn, put, resize } from '../lib/dom.js';
import { cellOf, imageOf, paintHatch } from '../lib/maps.js';
import { clamp } from '../lib/text.js';
import { areWords, heightOfNames, paintUpright } from '../lib/upright.js';
import { createLines } from './lines.js';

const GAP = 16, LEAST_LINES = 60; // px, the first as in the stylesheet

export function createFocus(root, act) {
  const box = make(root, 'section', 's2s-focus');
  const head = make(box, 'header');
  const title = make(head, 'h4');
  const attention = createChoice(head, (value) => act.choose({ attention: value }));
  const compare = createChoice(head, (value) => act.compare(value));
  const stage = make(box, 'div', 's2s-stage');
  const heat = make(stage, 'div', 's2s-heat');
  const base = make(heat, 'canvas', '', { role: 'img' }), over = make(heat, 'canvas', '', { tabindex: 0, role: 'application' });
  const lines = createLines(stage, act);
  const readout = make(box, 'footer', 's2s-readout');
  let model, pointed = null, at = null, size = null, LABEL = 12; // px

  /** Where the cells are. Depends on the finished run only, so it stays put while stepping. */
  function place(context) {
    const { field, shown, view } = model;
    const { width, height, stacked } = size;
    LABEL = width > 800 ? 14 : 12;
    context.font = `${LABEL}px ${model.theme.mono}`;
    let label = 0;
    for (let i = 0; i < field.rows; i++) label = Math.max(label, context.measureText(rowLabel(shown, view.attention, i)).width);
    const left = Math.ceil(Math.min(label + 14, width * (stacked ? 0.4 : 0.24)));
    const names = Array.from({ length: field.cols }, (_, j) => shown.colText(view.attention, j));
    const natural = Math.min(field.cols * 44, width * (stacked ? 1 : 0.58) - left - (stacked ? 8 : 0));
    const upright = areWords(names) && Math.max(...names.map((text) => context.measureText(text).width)) + 6 > natural / field.cols;
    const top = upright ? heightOfNames(context, names) : 2.6 * LABEL;
    // Every letter of the source has its place, also where lines beside the map, or the window, have less room for it.
    const w = Math.floor(Math.max(field.cols * (upright ? LABEL + 1 : roomOf(context, names)), natural)), h = height - top - 2;
    return { upright, left, top, w, h: Math.floor(Math.min(h, field.rows * 40)), width: left + w + 6, height, dx: w / field.cols, dy: Math.min(h, field.rows * 40) / field.rows };
  }
  /** The width of a column at which no single letter meets the next. */
  function roomOf(context, names) {
    const widths = names.map((text) => ([...text].length === 1 ? context.measureText(text).width : 0));
    return Math.max(0, ...widths.map((width, j) => (width + (widths[j + 1] ?? 0)) / 2 + 1));
  }
  const rowLabel = (run, name, i) => run.rowText(name, i, (reads, predicts) => `${reads} → ${predicts}`);

  /** As much of a text as fits; a special, such as ⟨PAD⟩, is there as a whole or not at all. */
  function cut(context, text, room) {
    if (context.measureText(text).width <= room) return text;
    if (/^⟨[^⟩]*⟩$/.test(text)) return '';
    const chars = [...text];
    while (chars.length > 1 && context.measureText(chars.join('') + '…').width > room) chars.pop();
    return chars.length > 1 || room > 16 ? chars.join('') + '…' : '';
  }

  function paintBase() {
    const { field, map, theme, shown, view, row } = model;
    const context = sized(base, at.width, at.height);
    const { left, top, w, h, dx, dy } = at;
    if (!field.rows || !field.cols) return;
    context.imageSmoothingEnabled = false;
    context.drawImage(imageOf(field, theme, map, 1, 1), left, top, w, h);
    paintHatch(context, field, theme, left, top, w, h);
    context.strokeStyle = theme.faint;
    context.lineWidth = 1;
    context.strokeRect(left - 0.5, top - 0.5, w + 1, h + 1);

    context.textBaseline = 'middle';
    context.textAlign = 'right';
    let free = -Infinity;
    for (let i = 0; i < field.liveRows; i++) {
      const y = top + (i + 0.5) * dy, current = i === row;
      if (!current && (y - free < LABEL || (row !== null && Math.abs(i - row) * dy < LABEL))) continue;
      free = y;
      context.font = `${current ? 'bold ' : ''}${LABEL}px ${theme.mono}`;
      context.fillStyle = current ? theme.mark : theme.quiet;
      context.fillText(cut(context, rowLabel(shown, view.attention, i), left - 12), left - 8, y);
    }
    context.textAlign = 'center';
    context.font = `${LABEL}px ${theme.mono}`;
    attr(over, 'aria-label', model.say('weights_label', { title: title.textContent }));
    attr(base, 'aria-label', title.textContent + '. ' + act.summary());
    if (at.upright) {
      const names = Array.from({ length: field.liveCols }, (_, j) => shown.colText(view.attention, j));
      return paintUpright(context, names, (j) => left + (j + 0.5) * dx, top, () => theme.ink);
    }
    let used = left - 10, usedPlace = -Infinity;
    for (let j = 0; j < field.liveCols; j++) {
      const x = left + (j + 0.5) * dx;
      const text = cut(context, shown.colText(view.attention, j), Math.min(Math.max(dx + 4, 2 * (x - used) - 2), 2 * (at.width - x)));
      const half = context.measureText(text).width / 2;
      context.fillStyle = theme.ink;
      if (text && x - half >= used) {
        context.fillText(text, x, LABEL * 0.65);
        used = x + half + 1;
      }
      const number = String(shown.colPlace(view.attention, j)), side = context.measureText(number).width / 2;
      context.fillStyle = theme.quiet;
      if (x - side < usedPlace) continue;
      context.fillText(number, x, LABEL * 1.85);
      usedPlace = x + side + 3;
    }
  }

  function paintOver(hover) {
    const { field, theme, row, view } = model;
    const context = sized(over, at.width, at.height);
    const { left, top, w, h, dx, dy } = at;
    const frame = (x, y, width, height, color, thick) => {
      context.strokeStyle = color;
      context.lineWidth = thick;
      context.strokeRect(x, y, width, height);
    };
    if (row !== null && row < field.liveRows) {
      frame(left - 1, top + row * dy - 0.5, w + 2, dy + 1, theme.mark, 2);
      context.fillStyle = theme.mark;
      context.beginPath();
      context.moveTo(left - 6, top + (row + 0.5) * dy - 4);
      context.lineTo(left - 1, top + (row + 0.5) * dy);
      context.lineTo(left - 6, top + (row + 0.5) * dy + 4);
      context.fill();
    }
    if (!hover || hover.attention !== view.attention) return;
    context.fillStyle = theme.band;
    if (hover.row !== null && hover.row < field.rows) context.fillRect(left, top + hover.row * dy, w, dy);
    if (hover.col < field.cols) context.fillRect(left + hover.col * dx, top, dx, h);
    if (hover.row !== null && hover.row < field.rows && hover.col < field.cols) {
      frame(left + hover.col * dx, top + hover.row * dy, dx, dy, theme.ground, 3);
      frame(left + hover.col * dx, top + hover.row * dy, dx, dy, theme.ink, 1.5);
    }
  }

  function cellAt(event) {
    const { left, top, w, h, dx, dy } = at;
    const point = pointIn(over, event), x = point.x - left, y = point.y - top;
    if (y < 0 || x >= w || y >= h || x < -left) return null;
    return { row: Math.floor(y / dy), col: x < 0 ? null : Math.floor(x / dx) };
  }
  over.onpointermove = (event) => {
    const cell = at && cellAt(event);
    show(cell && cell.col !== null ? cell : null);
  };
  over.onpointerleave = () => show(null);
  over.onmousedown = (event) => event.preventDefault(); // who clicks goes on stepping with the arrow keys
  over.onclick = (event) => {
    const cell = at && cellAt(event);
    if (cell) act.choose({ row: cell.row });
  };
  const show = (cell) => act.hover(cell && { attention: model.view.attention, layer: model.layer, head: model.head, ...cell, from: 'focus' });
  /** The cell that is pointed at, or the largest of the current row. */
  function cursor() {
    const { field, map, view } = model, row = model.row ?? 0;
    if (pointed?.attention === view.attention && pointed.row !== null) return pointed;
    const values = Array.from({ length: field.liveCols }, (_, col) => Math.abs(cellOf(field, map, row, col)));
    return { row, col: values.indexOf(Math.max(...values)) };
  }
  over.onkeydown = (event) => {
    const move = ARROWS[event.key];
    const { row, col } = cursor(), { liveRows, liveCols } = model.field;
    if (!isPlain(event) || !liveRows) return;
    if (move) show({ row: clamp(row + move[0], 0, liveRows - 1), col: clamp(col + move[1], 0, liveCols - 1) });
    else if (event.key === 'Enter') act.choose({ row });
    else return;
    event.preventDefault();
  };
  over.onfocus = () => {
    attr(readout, 'aria-live', 'polite');
    if (over.matches(':focus-visible') && model.field.liveRows) show(cursor());
  };
  over.onblur = () => {
    attr(readout, 'aria-live', null);
    show(null);
  };

  return {
    update(next) {
      const { say, view, shown, pinnedRun, layer, head: headIndex } = (model = next);
      put(title, say('head_title', { attention: say(`name_${view.attention}`), layer: layer + 1, head: headIndex + 1 }));
      attr(title, 'title', title.textContent);
      attention.update(['encoder', 'self', 'cross'].map((value) => ({
        value, label: say(`short_${value}`), title: say(value === 'self' ? (shown.causal ? 'panel_self' : 'panel_self_open') : `panel_${value}`),
      })), view.attention, say('attention'));
      attr(compare.box, 'hidden', !pinnedRun || null);
      if (pinnedRun) compare.update([
        { value: 'b', label: say('compare_b'), title: say('compare_b_title') },
        { value: 'a', label: say('compare_a'), title: say('compare_a_title', { label: pinnedRun.label }) },
        { value: 'difference', label: say('compare_difference'), disabled: !next.comparable,
          title: say(next.comparable ? 'compare_difference_title' : 'compare_impossible') },
      ], view.compare, say('compare'));
      // Reading sizes makes the browser lay out at once, so they are read only when they can have changed.
      if (next.resized || !size) {
        const stacked = getComputedStyle(stage).flexDirection === 'column';
        size = { width: stage.clientWidth, height: heat.clientHeight, stacked, below: stage.clientHeight - heat.clientHeight - GAP };
      }
      at = place(base.getContext('2d'));
      for (const canvas of [base, over]) resize(canvas, at.width, at.height);
      paintStyle(heat, 'width', at.width + 'px');
      paintBase();
      if (size.stacked) lines.measure({ width: size.width, height: size.below }, -GAP);
      else lines.measure(size, Math.min(at.width, size.width - GAP - LEAST_LINES));
      paintStyle(heat, 'max-width', size.stacked ? '100%' : `${size.width - GAP - LEAST_LINES}px`);
      this.point(next.hover);
    },
    point(hover) {
      if (!at) return;
      pointed = hover;
      paintOver(hover);
      const here = hover && hover.attention === model.view.attention ? hover : null;
      const row = here?.row ?? model.row;
      lines.update({ ...model, small: LABEL === 12 }, row, here ? here.col : null);
      put(readout, here && row !== null ? act.describe({ ...here, row, layer: model.layer, head: model.head }) : act.summary());
      attr(readout, 'title', readout.textContent);
    },
  };
}
