// Tensors as pictures: a row a token, a column a feature or a key.
import { imageOf, paintHatch } from '../lib/maps.js';
import { LEVELS } from '../lib/theme.js';

const KEPT = 0.32; // how strongly rows are drawn that were computed in an earlier step
const GAP = 5; // between the maps of two heads

/** The largest number of a tensor, for the scale of its colours. */
export function extreme({ data }) {
  let most = 0;
  for (const value of data) most = Math.max(most, Math.abs(value));
  return most || 1;
}

/** A tensor as an image, one pixel a number: coloured by sign and size, against its own largest. */
export function tensorImage(tensor, theme, largest = extreme(tensor)) {
  const canvas = document.createElement('canvas');
  canvas.width = tensor.width;
  canvas.height = tensor.rows;
  const out = new Uint32Array(tensor.data.length), top = LEVELS - 1;
  tensor.data.forEach((value, i) => { out[i] = theme.changeTable[Math.round((value / largest + 1) * 0.5 * top)]; });
  canvas.getContext('2d').putImageData(new ImageData(new Uint8ClampedArray(out.buffer), tensor.width, tensor.rows), 0, 0);
  return canvas;
}

/** Draw rows of an image into a box: the current one strongly, those that are kept faintly. */
function paintRows(context, image, from, cols, live, box, { total, bright, current }) {
  const unit = box.h / total;
  const draw = (first, count, alpha) => {
    if (count <= 0) return;
    context.globalAlpha = alpha;
    context.drawImage(image, from, first, cols, count, box.x, box.y + first * unit, box.w, count * unit);
    context.globalAlpha = 1;
  };
  context.imageSmoothingEnabled = cols > box.w;
  if (bright || current === null) return draw(0, live, bright ? 1 : KEPT);
  draw(0, Math.min(current, live), KEPT);
  if (current < live) draw(current, 1, 1);
  draw(current + 1, live - current - 1, KEPT);
}
/** Point at the current row from the left. */
function paintMark(context, theme, box, { total, current }) {
  if (current === null) return;
  const unit = box.h / total, y = box.y + (current + 0.5) * unit;
  context.fillStyle = context.strokeStyle = theme.mark;
  context.beginPath();
  context.moveTo(box.x - 7, y - 4);
  context.lineTo(box.x - 1, y);
  context.lineTo(box.x - 7, y + 4);
  context.fill();
  if (unit >= 5) context.strokeRect(box.x + 0.5, y - unit / 2 + 0.5, box.w - 1, unit - 1);
}

/** A tensor's picture. `rows` is {total, bright, current}: how many rows there is room for, whether all are computed now, and the newest. */
export function paintTensor(context, image, theme, box, rows, live) {
  paintRows(context, image, 0, image.width, live, box, rows);
  context.strokeStyle = theme.faint;
  context.strokeRect(box.x - 0.5, box.y - 0.5, box.w + 1, box.h + 1);
  paintMark(context, theme, box, rows);
}

/** Where each head's map lies in a row of them. */
export function headBoxes(heads, width, height) {
  const w = Math.max(6, Math.floor((width - 8 - GAP * (heads - 1)) / heads));
  return Array.from({ length: heads }, (_, head) => ({ x: 8 + head * (w + GAP), y: 1, w, h: height - 2 }));
}
/** All heads of one layer beside each other; the chosen one is framed. */
export function paintHeadRow(context, field, layer, chosen, theme, boxes, rows) {
  const image = imageOf(field, theme, layer * field.heads, field.heads, field.heads);
  boxes.forEach((box, head) => {
    paintRows(context, image, head * field.cols, field.cols, Math.min(field.liveRows, image.height), box, rows);
    paintHatch(context, field, theme, box.x, box.y, box.w, box.h);
    context.strokeStyle = head === chosen ? theme.mark : theme.edge;
    context.lineWidth = head === chosen ? 2 : 1;
    context.strokeRect(box.x - 0.5, box.y - 0.5, box.w + 1, box.h + 1);
    context.lineWidth = 1;
    if (head === 0) paintMark(context, theme, box, rows);
  });
}
