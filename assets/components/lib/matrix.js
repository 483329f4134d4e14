// What a panel holds: numbers, why some are not there, and how they are written.
import { bytesOf, floatsOf } from './bytes.js';
import { BY_HAND, MASKS } from './canvas.js';

const NOTHING = 1e-14; // what the rounding of 64-bit numbers may leave of a zero
export const trimmed = (text) => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);
/** A number in few digits. What is exact loses its trailing zeros, what is rounded keeps them: 0.5 is a half, 0.50 is about that, 0.00 is not quite 0. */
export function numberText(value, digits) {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? '–' : value < 0 ? '−∞' : '∞';
  const size = Math.abs(value), fixed = size.toFixed(digits);
  const exact = Math.abs(size - Number(fixed)) <= (Number(fixed) ? 1e-6 * Math.max(1, size) : NOTHING);
  const text = size >= 1e7 ? size.toExponential(1).replace('e+', 'e') : size >= 1e4 ? size.toFixed(0) : exact ? trimmed(fixed) : fixed;
  return (value < 0 && !/^0(\.0*)?$/.test(text) ? '−' : '') + text;
}
export const exactText = (value) => (Number.isFinite(value) ? trimmed(String(Number(value.toPrecision(6)))).replace('-', '−') : numberText(value, 2));

/** A number of a panel as it is told: one that was sent rounded with no more digits than are right. */
export const toldText = (panel, value) => (panel.values.step ? trimmed(value.toFixed(digitsOf(panel.values.step))).replace('-', '−') : exactText(value));
/** How many digits after the point are right, at most one off in the last, where codes are so far apart. */
export const digitsOf = (step) => Math.max(0, Math.min(6, Math.floor(-Math.log10(step))));

export function openPanel(sent) {
  const [height, width] = sent.shape;
  const names = typeof sent.col_names === 'number' ? Array.from({ length: width }, (_, col) => String(sent.col_names + col)) : sent.col_names;
  return { ...sent, height, width, col_names: names, values: floatsOf(sent.values), mask: sent.mask && bytesOf(sent.mask), text: sent.values + sent.mask };
}
/** Two numbers are alike but for rounding, which may differ from one computation to the next. */
export const alike = (one, other) => Object.is(one, other) || Math.abs(one - other) <= 1e-5 * Math.max(Math.abs(one), Math.abs(other));
export const valueAt = (panel, row, col) => panel.values[row * panel.width + col];
export const textAt = (panel, row, col) => (panel.texts ? panel.texts[row * panel.width + col] : numberText(valueAt(panel, row, col), panel.digits));
/** Only what no other mask closes can be drawn on. */
export const canDraw = (panel, row, col) => panel.drawable && [0, BY_HAND].includes(maskAt(panel, row, col));
/** Put a number in place of another; where one draws, 1 is blocked and 0 is free. */
export function putValue(panel, row, col, value) {
  panel.values[row * panel.width + col] = value;
  if (canDraw(panel, row, col)) panel.mask[row * panel.width + col] = value ? BY_HAND : 0;
  panel.text = null;
}
export const maskAt = (panel, row, col) => (panel.mask ? panel.mask[row * panel.width + col] : 0);

export const PANEL_COLUMNS = ['panel', 'row', 'row_name', 'column', 'column_name', 'value', 'masked'];

/** Every cell of a panel; what a mask forbids is empty, with the mask's name. */
export function panelRows(panel) {
  const rows = [];
  for (let row = 0; row < panel.height; row++)
    for (let col = 0; col < panel.width; col++) {
      const kind = panel.drawable ? 0 : maskAt(panel, row, col), value = panel.texts ? textAt(panel, row, col) : valueAt(panel, row, col);
      rows.push([panel.title, row + 1, panel.row_names[row] ?? '', col + 1, panel.col_names[col] ?? '', kind ? null : value, MASKS[kind]]);
    }
  return rows;
}
