// How a panel is drawn: its cells and names, and what is pointed at. `at` says how large: {size, dx, dy, left, top, width, height, shown}.
import { BY_HAND, hatchesOf, sized } from './canvas.js';
import { canDraw, maskAt, textAt, valueAt } from './matrix.js';
import { paintUpright } from './upright.js';

export const LABEL = 12; // px of type, at least
const WIDEST_COLUMN = 64; // px, for the sake of its name

export const placeOf = (at, row, col) => [at.left + col * at.dx, at.top + row * at.dy];
export const isName = (cell) => cell.row === null || cell.col === null;

/** Draw colours, hatches and numbers. */
export function paintCells(canvas, panel, at, theme) {
  const context = sized(canvas, at.width, at.height), { left, top, dx, dy } = at;
  const scale = panel.scale === 'sequential' ? theme.weight : theme.change;
  const gap = at.shown ? 1 : 0;
  context.textBaseline = 'middle';
  for (let row = 0; row < panel.height; row++)
    for (let col = 0; col < panel.width; col++) {
      const [x, y] = placeOf(at, row, col), kind = maskAt(panel, row, col), value = valueAt(panel, row, col);
      const paint = scale(Number.isFinite(value) ? value / (panel.top || 1) : 0);
      context.fillStyle = kind ? hatchesOf(theme)[kind] : paint.fill;
      context.fillRect(x, y, dx - gap, dy - gap);
      if (panel.drawable && kind === BY_HAND) {
        context.fillStyle = theme.mark;
        context.globalAlpha = 0.25;
        context.fillRect(x, y, dx, dy);
        context.globalAlpha = 1;
      }
      if (panel.editable || canDraw(panel, row, col)) {
        context.strokeStyle = theme.edge;
        context.lineWidth = 1;
        context.strokeRect(x + 1.5, y + 1.5, dx - 4, dy - 4);
      }
      if (!at.shown || kind) continue;
      context.font = `${at.size}px ${theme.sans}`;
      context.textAlign = 'center';
      context.fillStyle = paint.ink;
      const text = textAt(panel, row, col);
      context.fillText(panel.texts ? shortened(context, text, dx - 4) : text, x + (dx - gap) / 2, y + dy / 2 + 0.5);
    }
  context.strokeStyle = theme.faint;
  context.lineWidth = 1;
  context.strokeRect(left - 0.5, top - 0.5, dx * panel.width + 1 - gap, dy * panel.height + 1 - gap);
  paintNames(context, panel, at, theme);
}

function paintNames(context, panel, { left, top, dx, dy, size, upright }, theme) {
  const small = Math.max(LABEL, size - 2);
  context.font = `${small}px ${theme.sans}`;
  context.textAlign = 'right';
  let free = -Infinity;
  panel.rows.forEach((text, row) => {
    const y = top + (row + 0.5) * dy;
    if (row !== panel.mark && (y - free < LABEL || (panel.mark !== null && Math.abs(row - panel.mark) * dy < LABEL))) return;
    free = y;
    context.fillStyle = row === panel.mark ? theme.mark : theme.quiet;
    context.fillText(shortened(context, text, left - 8), left - 6, Math.max(y + 0.5, LABEL / 2));
  });
  context.textAlign = 'center';
  context.fillStyle = theme.quiet;
  if (upright) return paintUpright(context, panel.cols, (col) => left + (col + 0.5) * dx, top);
  // Numbers that stand closer than they are wide are told every few columns; every other name has its place.
  const numbers = areNumbers(panel.cols), widest = Math.max(0, ...panel.cols.map((text) => context.measureText(text).width));
  const stride = numbers ? Math.ceil((widest + 4) / dx) : 1;
  panel.cols.forEach((text, col) => {
    if (col % stride) return;
    context.fillText(numbers ? text : bare(context, text, dx - 2), left + (col + 0.5) * dx, top - small / 2 - 3);
  });
}

/** Draw what is pointed at: `here` the cell itself, `lit` the cells that made it, each with the number of its factor. */
export function paintPointed(canvas, panel, at, theme, here, lit) {
  const context = sized(canvas, at.width, at.height), { dx, dy } = at;
  const frame = (row, col, color, thick, rows = 1, cols = 1) => {
    const [x, y] = placeOf(at, row, col);
    context.strokeStyle = color;
    context.lineWidth = thick;
    context.strokeRect(x, y, dx * cols - (at.shown ? 1 : 0), dy * rows - (at.shown ? 1 : 0));
  };
  for (const [row, col] of panel.marks) {
    frame(row, col, theme.ground, 3.5);
    frame(row, col, theme.ink, 1.5);
  }
  if (panel.mark !== null && panel.mark < panel.height) frame(panel.mark, 0, theme.mark, 1.5, 1, panel.width);
  for (const { row, col, factor } of lit) {
    const [x, y] = placeOf(at, row, col);
    context.fillStyle = theme.factors[factor % 2];
    context.globalAlpha = 0.16;
    context.fillRect(x, y, dx, dy);
    context.globalAlpha = 1;
    frame(row, col, theme.ground, at.shown ? 4 : 2);
    frame(row, col, theme.factors[factor % 2], at.shown ? 2.5 : 1.2);
  }
  if (here && !isName(here)) {
    frame(here.row, here.col, theme.ground, 4);
    frame(here.row, here.col, theme.ink, 2.5);
  } else if (here) here.row === null ? frame(0, here.col, theme.ink, 1.5, panel.height, 1) : frame(here.row, 0, theme.ink, 1.5, 1, panel.width);
}

/** Frame some cells. */
export function paintFrames(canvas, panel, at, theme, cells) {
  const context = sized(canvas, at.width, at.height), gap = at.shown ? 1 : 0;
  context.strokeStyle = theme.mark;
  context.lineWidth = 2;
  for (const i of cells) context.strokeRect(...placeOf(at, Math.floor(i / panel.width), i % panel.width), at.dx - gap, at.dy - gap);
}

/** Columns that are merely counted need no name each. */
export const areNumbers = (names) => names.length > 1 && names.every((text, i) => text === String(Number(names[0]) + i));
const baseName = (text) => (text.startsWith('⟨') ? '' : text.replace(/ \(\d+\)$/, ''));

/** The width of a column at which no name of one is cut or meets the next: of single letters it is that of two neighbours. */
export function roomOfNames(context, names) {
  if (areNumbers(names)) return 0;
  const widths = names.map((text) => context.measureText(baseName(text)).width);
  return Math.ceil(Math.max(0, ...widths.map((width, i) => ([...baseName(names[i])].length > 1 ? Math.min(width + 3, WIDEST_COLUMN) : (width + (widths[i + 1] ?? 0)) / 2 + 1))));
}

/** A name without its place where both do not fit: 0 (9) becomes 0; a special, such as ⟨PAD⟩, is left to hovering. */
function bare(context, text, room) {
  const fits = context.measureText(text).width <= room, name = baseName(text);
  return fits ? text : [...name].length === 1 ? name : shortened(context, name, room);
}

function shortened(context, text, room) {
  if (context.measureText(text).width <= room) return text;
  const chars = [...text];
  while (chars.length && context.measureText(chars.join('') + '…').width > room) chars.pop();
  return chars.length ? chars.join('') + '…' : '';
}
