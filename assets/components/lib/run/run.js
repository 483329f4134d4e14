// A run as the server sent it: matrices are decoded once, when first looked at, and sliced by step.
import { bytesOf, floatsOf } from '../bytes.js';
import { CAUSAL } from '../canvas.js';
import { cellOf, maskOf } from '../maps.js';
import { visible } from '../text.js';

function memo(compute) {
  const known = new Map();
  return (key) => {
    if (!known.has(key)) known.set(key, compute(key));
    return known.get(key);
  };
}
/** What the model predicted at a step; where a token was forced or fed, that is not what stands in the target. */
export const predictionOf = (step) => (step.chosen_by === 'greedy' ? step.predicts : step.predicted.text);
export const sameRun = (a, b) =>
  a === b || (!!a && !!b && a.id === b.id && a.label === b.label && a.weights.cross === b.weights.cross && a.weights.self === b.weights.self);

export function openRun(sent) {
  const S = sent.source.length, T = sent.steps.length;
  // One that wrote all at once read the same everywhere, past the end of what counts too, and all its rows are there.
  const K = sent.parallel ? sent.keys : T;
  const { encoder_layers, decoder_layers, heads } = sent.shape;
  const weights = memo((name) => floatsOf(sent.weights[name]));
  const masks = memo((name) => (sent.masks?.[name] ? bytesOf(sent.masks[name]) : null));
  const history = memo((key) => floatsOf(sent.history[parseInt(key, 10) - 1][key.split(' ')[1]]));

  /** At step n, n tokens are written and decoder rows 0…n−1 exist. Without the causal mask earlier
      rows change with every step, so the run carries the matrices of each step. */
  function field(attention, step) {
    const encoder = attention === 'encoder', self = attention === 'self';
    const rows = encoder ? S : T, cols = self ? K : S;
    const past = !encoder && sent.history && step > 0;
    return {
      attention, heads, rows, cols, signed: false,
      layers: encoder ? encoder_layers : decoder_layers,
      data: past ? history(`${step} ${attention}`) : weights(attention),
      digits: sent.weights.cross[0] === '~' ? 3 : 4, // of a weight that was sent rounded
      height: past ? step : rows,
      width: past && self ? step : cols,
      liveRows: encoder ? S : sent.parallel ? T : step,
      liveCols: self ? (sent.parallel ? K : step) : S,
      mask: masks(attention),
    };
  }
  const causal = (T < 2 && !sent.history) || !!masks('self')?.includes(CAUSAL); // one row has nothing to mask
  /** What stands at a row: source token, or what was read and what was then predicted. */
  const rowText = (attention, row, join) => attention === 'encoder' ? visible(sent.source[row].text)
    : join(visible(sent.steps[row].reads), visible(predictionOf(sent.steps[row])));
  const colText = (attention, col) => visible(attention === 'self' ? sent.steps[Math.min(col, T - 1)].reads : sent.source[col].text);
  /** Source tokens count from 1; ⟨BEGIN⟩ is 0, so that written tokens count from 1 as well, unless each position read it. */
  const colPlace = (attention, col) => (attention === 'self' && !sent.parallel ? col : col + 1);
  return { ...sent, sent, S, T, heads, causal, field, rowText, colText, colPlace };
}

/** B − A where both exist; a cell masked in only one counts as zero there. */
export function difference(b, a, attention, step) {
  const one = b.field(attention, Math.min(step, b.T)), two = a.field(attention, Math.min(step, a.T));
  const liveRows = Math.min(one.liveRows, two.liveRows), liveCols = Math.min(one.liveCols, two.liveCols);
  const { rows, cols, layers, heads } = one;
  const data = new Float32Array(layers * heads * rows * cols);
  const mask = new Uint8Array(rows * cols);
  for (let row = 0; row < liveRows; row++)
    for (let col = 0; col < liveCols; col++) {
      const shutB = maskOf(one, row, col), shutA = maskOf(two, row, col);
      mask[row * cols + col] = shutA && shutB ? shutB : 0;
      for (let map = 0; map < layers * heads; map++)
        data[(map * rows + row) * cols + col] =
          (shutB ? 0 : cellOf(one, map, row, col)) - (shutA ? 0 : cellOf(two, map, row, col));
    }
  return { ...one, data, mask, height: rows, width: cols, liveRows, liveCols, signed: true };
}
export const comparable = (b, a) => !!a && a.S === b.S && a.heads === b.heads &&
  a.shape.encoder_layers === b.shape.encoder_layers && a.shape.decoder_layers === b.shape.decoder_layers;
