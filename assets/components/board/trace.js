// Where a number comes from. A panel says of its cells: of which cells of which panels they are made, and how, e.g.
// {of: [['x', 'row', '*'], ['q1', '*', 'col']], say: '{$0×$1} = {=}'}: row i of x times column j of q1, added up.
import { maskAt, numberText, valueAt } from '../lib/matrix.js';

const MOST_TERMS = 8, SHOWN_TERMS = 3;

/** The cells that a ref names, seen from a cell; '*' runs over all rows or columns. */
function cellsOf([id, row, col], from, panels) {
  const panel = panels.get(id);
  if (!panel) return [];
  const span = (index, count) => (index === '*' ? [...Array(count).keys()] : [index === 'row' ? from.row : index === 'col' ? from.col : index]);
  const rows = span(row, panel.height), cols = span(col, panel.width);
  return rows.flatMap((r) => cols.map((c) => ({ panel: id, row: r, col: c, value: valueAt(panel, r, c) }))).filter((cell) => cell.row < panel.height && cell.col < panel.width);
}

/** Cells that made this one, with the number of the factor that they are. */
export function madeOf(cell, panels) {
  const made = cell.col === null ? null : panels.get(cell.panel)?.made;
  return (made?.of ?? []).map((ref) => cellsOf(ref, cell, panels));
}

/** The arithmetic behind a cell as pieces of text: [{text, factor}], factor undefined for what is between the numbers. */
export function arithmetic(cell, panels, say) {
  const panel = panels.get(cell.panel), factors = madeOf(cell, panels);
  if (!panel.made || maskAt(panel, cell.row, cell.col)) return [];
  const number = (value) => numberText(value, 3);
  /** One term for each cell that a pattern's refs name side by side, added up; of many terms the largest few. */
  function sum(pattern) {
    const pieces = pattern.split(/\$(\d)/), used = pieces.filter((_, n) => n % 2).map(Number); // odd places are refs
    const count = Math.min(...used.map((i) => factors[i].length));
    const size = (k) => Math.abs(used.reduce((product, i) => product * factors[i][k].value, 1));
    let order = [...Array(count).keys()];
    if (count > MOST_TERMS) order = order.sort((a, b) => size(b) - size(a)).slice(0, SHOWN_TERMS).sort((a, b) => a - b);
    const out = [];
    order.forEach((k, n) => {
      const term = pieces.map((piece, place) => (place % 2 ? { text: number(factors[piece][k].value), factor: Number(piece) } : { text: piece })).filter(({ text }) => text);
      const minus = term[0].text.startsWith('−');
      if (n) out.push({ text: minus ? ' − ' : ' + ' });
      if (n && minus) term[0].text = term[0].text.slice(1);
      term.forEach((part, place) => { if (place && part.factor !== undefined && part.text.startsWith('−') && !/\($/.test(term[place - 1].text)) part.text = `(${part.text})`; });
      out.push(...term);
    });
    if (count > order.length) out.push({ text: ' + ' + say('more_terms', { n: count - order.length }) });
    return out;
  }
  return panel.made.say.split(/(\{[^}]+\})/).flatMap((piece) => {
    if (piece === '{=}') return [{ text: number(valueAt(panel, cell.row, cell.col)), result: true }];
    return piece.startsWith('{') ? sum(piece.slice(1, -1)) : piece ? [{ text: piece }] : [];
  });
}
