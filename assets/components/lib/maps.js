// Weights drawn as maps.
import { hatchesOf, sized } from './canvas.js';
import { LEVELS } from './theme.js';

// A *field* is one attention of one run at one step, all layers and heads:
// {data [maps, height, width], height, width, layers, heads, rows, cols, liveRows, liveCols, mask [rows, cols], signed}
// rows × cols is the size laid out (the finished run), liveRows × liveCols what exists at this step.
export const cellOf = (field, map, row, col) => field.data[(map * field.height + row) * field.width + col];
export const maskOf = (field, row, col) => (field.mask ? field.mask[row * field.cols + col] : 0);

const image = document.createElement('canvas'), hatch = document.createElement('canvas'); // what is drawn here is copied at once

/** Write one map's colours into `out`, one pixel a cell. */
function paintMap(out, stride, start, field, map, table) {
  const { data, height, width, cols, liveRows, liveCols, mask, signed } = field;
  const top = LEVELS - 1;
  for (let row = 0; row < liveRows; row++) {
    const from = (map * height + row) * width;
    for (let col = 0; col < liveCols; col++) {
      if (mask && mask[row * cols + col]) continue;
      const value = data[from + col];
      const level = signed ? (value + 1) * 0.5 * top : value * top;
      out[start + row * stride + col] = table[level <= 0 ? 0 : level >= top ? top : (level + 0.5) | 0];
    }
  }
}
/** Hatch the masked cells that exist, in the box x, y, w, h. Same for every head of a field. */
export function paintHatch(context, field, theme, x, y, w, h) {
  if (!field.mask) return;
  const hatches = hatchesOf(theme);
  const { rows, cols, liveRows, liveCols } = field;
  for (let row = 0; row < liveRows; row++) {
    const top = y + Math.round((row * h) / rows), bottom = y + Math.round(((row + 1) * h) / rows);
    for (let col = 0, end; col < liveCols; col = end) {
      const kind = maskOf(field, row, col);
      for (end = col + 1; end < liveCols && maskOf(field, row, end) === kind; ) end++;
      if (!kind) continue;
      const left = x + Math.round((col * w) / cols), right = x + Math.round((end * w) / cols);
      context.fillStyle = hatches[kind];
      context.fillRect(left, top, right - left, bottom - top);
    }
  }
}

/** Some maps as one image, one pixel a cell, `across` of them beside each other; masked and missing cells stay transparent. */
export function imageOf(field, theme, first = 0, count = field.layers * field.heads, across = field.heads) {
  const { rows, cols, signed } = field, stride = across * cols, height = Math.ceil(count / across) * rows;
  const out = new Uint32Array(stride * height);
  for (let i = 0; i < count; i++)
    paintMap(out, stride, Math.floor(i / across) * rows * stride + (i % across) * cols, field, first + i, signed ? theme.changeTable : theme.weightTable);
  image.width = stride;
  image.height = height;
  image.getContext('2d').putImageData(new ImageData(new Uint8ClampedArray(out.buffer), stride, height), 0, 0);
  return image;
}
/** Draw all heads of a field, framed, where `at` says: {w, h, x(head), y(layer)}. */
export function paintHeads(context, field, theme, { w, h, x, y }) {
  const { layers, heads, rows, cols, liveRows, mask } = field, pixels = imageOf(field, theme);
  const masked = !!mask && liveRows > 0 && mask.some((kind) => kind > 0);
  if (masked) paintHatch(sized(hatch, w, h), field, theme, 0, 0, w, h);
  context.strokeStyle = theme.faint;
  for (let layer = 0; layer < layers; layer++)
    for (let head = 0; head < heads; head++) {
      context.drawImage(pixels, head * cols, layer * rows, cols, rows, x(head), y(layer), w, h);
      if (masked) context.drawImage(hatch, 0, 0, hatch.width, hatch.height, x(head), y(layer), w, h);
      context.strokeRect(x(head) - 0.5, y(layer) - 0.5, w + 1, h + 1);
    }
}
