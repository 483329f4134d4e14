// A grid of buttons that is one stop of the Tab key: arrow keys move within it, Home and End along a row.
import { ARROWS, isPlain } from './dom.js';

/** Let arrow keys move in `rows` of buttons, in which a place may be empty; `start` is where the Tab key arrives first. */
export function rove(grid, rows, start = null) {
  const all = rows.flat().filter(Boolean);
  const arrive = (button) => all.forEach((each) => { each.tabIndex = each === button ? 0 : -1; });
  const first = (buttons) => buttons.find(Boolean);
  arrive(start ?? all[0]);
  for (const button of all) button.onfocus = () => arrive(button);
  grid.onkeydown = (event) => {
    const row = rows.findIndex((buttons) => buttons.includes(event.target));
    if (row < 0 || !isPlain(event) || event.shiftKey) return;
    const column = rows[row].indexOf(event.target), step = ARROWS[event.key];
    let next = null;
    if (event.key === 'Home') next = first(rows[row]);
    else if (event.key === 'End') next = first([...rows[row]].reverse());
    else if (step?.[0]) next = first((step[0] < 0 ? rows.slice(0, row).reverse() : rows.slice(row + 1)).map((buttons) => buttons[column]));
    else if (step) next = first(step[1] < 0 ? rows[row].slice(0, column).reverse() : rows[row].slice(column + 1));
    else return;
    event.preventDefault();
    next?.focus({ preventScroll: true });
  };
}
