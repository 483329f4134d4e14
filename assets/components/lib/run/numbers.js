// The numbers of a run at a step, for files: each weight that exists, with its tokens, and what may be written next.
import { MASKS } from '../canvas.js';
import { cellOf, maskOf } from '../maps.js';
import { visible } from '../text.js';

export const COLUMNS = ['part', 'layer', 'head', 'row', 'query', 'column', 'key', 'value', 'masked'];

/** Every weight of these fields; one that a mask forbids is empty, with the mask's name. */
export function weightRows(run, fields) {
  return Object.entries(fields).flatMap(([name, field]) => {
    const rows = [];
    for (let map = 0; map < field.layers * field.heads; map++)
      for (let row = 0; row < field.liveRows; row++)
        for (let col = 0; col < field.liveCols; col++) {
          const kind = maskOf(field, row, col), query = run.rowText(name, row, (reads, predicts) => `${reads} → ${predicts}`);
          rows.push([name, Math.floor(map / field.heads) + 1, (map % field.heads) + 1, row + 1, query, run.colPlace(name, col), run.colText(name, col), kind ? null : cellOf(field, map, row, col), MASKS[kind]]);
        }
    return rows;
  });
}
/** The likeliest tokens of a step, with their probabilities. */
export const tokenRows = (run, step) => (run.steps[step - 1]?.top ?? []).map(({ text, p }) => ['next_token', null, null, step, visible(run.steps[step - 1].reads), null, visible(text), p, '']);
