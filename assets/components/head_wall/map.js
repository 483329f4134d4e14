// Every head of the model as a small button: what the test set loses without it, and whether it is silenced here.
import { attr, colour, make, paintStyle, put } from '../lib/dom.js';
import { rove } from '../lib/rove.js';

export function createMap(root, act) {
  const box = make(root, 'section', 's2s-hw-map');
  const grids = make(box, 'div', 's2s-hw-grids', { 'data-inert': '' }), note = make(box, 'p', 's2s-hw-note');
  let spelled = '';
  const cells = new Map();

  function build(groups) {
    const wanted = JSON.stringify(groups.map(({ title, rows }) => [title, rows.map((row) => row.length)]));
    if (wanted === spelled) return;
    spelled = wanted;
    cells.clear();
    grids.replaceChildren(...groups.map(({ title, rows }) => {
      const group = make(null, 'div', 's2s-hw-group');
      make(group, 'h4').textContent = title;
      const grid = make(group, 'div', 's2s-hw-grid', { role: 'group', 'aria-label': title });
      paintStyle(grid, 'grid-template-columns', `14px repeat(${rows[0].length}, var(--cell))`);
      make(grid, 'i');
      rows[0].forEach((_, head) => { make(grid, 'i').textContent = head + 1; });
      const buttons = rows.map((row, layer) => {
        make(grid, 'i').textContent = layer + 1;
        return row.map(({ name }) => {
          const cell = make(grid, 'button', 's2s-hw-cell', { type: 'button', 'data-head': name });
          cell.onclick = () => act.silence(name);
          cells.set(name, cell);
          return cell;
        });
      });
      rove(grid, buttons);
      return group;
    }));
  }

  return {
    update({ groups, caption }, theme) {
      build(groups);
      put(note, caption);
      for (const { name, text, level, title, silenced, chosen } of groups.flatMap(({ rows }) => rows.flat())) {
        const cell = cells.get(name), paint = theme.change(level ?? 0);
        put(cell, text);
        attr(cell, 'title', title);
        attr(cell, 'aria-label', `${text} ${title}`);
        attr(cell, 'aria-pressed', silenced ? 'true' : 'false');
        attr(cell, 'data-chosen', chosen || null);
        colour(cell, level === null ? { ...paint, ink: theme.quiet } : paint);
      }
    },
  };
}
