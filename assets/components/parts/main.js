// The map of parts: a table of buttons in which arrow keys move.
import { make } from '../lib/dom.js';
import { defineView } from '../lib/mount.js';
import { rove } from '../lib/rove.js';
import { translator } from '../lib/text.js';

const LOSS = 'color-mix(in srgb, var(--loss) SHARE%, transparent)';

function createMap(root) {
  let say, channel;
  const table = make(root, 'table'), legend = make(root, 'p');

  function node(parent, tag, text, attributes) {
    const made = make(parent, tag, '', attributes);
    made.textContent = text;
    return made;
  }
  const points = (change) => (Math.abs(change) < 0.0005 ? '0' : (change > 0 ? '+' : '−') + Math.abs(100 * change).toFixed(1));

  function button(place, cell) {
    const { part, title, skipped, score, change } = cell;
    const words = change === null ? say('unmeasured', { title }) : say('measured', { title, score, change: points(change) });
    const made = node(place, 'button', change === null ? say('no_score') : points(change), { type: 'button', title: words, 'aria-label': words, 'aria-pressed': String(skipped), 'data-part': part });
    if (change !== null) {
      made.style.setProperty('--fill', LOSS.replace('SHARE', Math.round(100 * Math.min(1, Math.max(0, -change)) ** 0.6 * 0.75)));
    }
    made.onclick = () => channel.setTriggerValue('toggle', { part, seq: Date.now() });
    return made;
  }

  let shown = null;
  return {
    table() {
      const columns = shown.groups.flatMap(({ title, columns: names }) => names.map((name) => [title, name].filter(Boolean).join(' ')));
      return { columns: ['layer', 'part', 'skipped', 'score', 'change'], rows: shown.rows.flatMap(({ title, cells }) => cells.map((cell, i) => cell && [title, columns[i], !!cell.skipped, cell.score, cell.change]).filter(Boolean)) };
    },
    receive(component) {
      channel = component;
      shown = component.data;
      const { groups, rows, text } = component.data;
      say = translator(text);
      const focused = document.activeElement?.dataset?.part;
      table.replaceChildren();
      const head = make(table, 'thead'), titles = make(head, 'tr'), kinds = make(head, 'tr');
      make(titles, 'td');
      make(kinds, 'td');
      for (const { title, columns } of groups) {
        node(titles, 'th', title, { colspan: columns.length, scope: 'colgroup' });
        columns.forEach((name, first) => node(kinds, 'th', name, { scope: 'col', 'data-first': first ? null : '' }));
      }
      const body = make(table, 'tbody'), firsts = new Set(groups.reduce((starts, { columns }) => [...starts, starts.at(-1) + columns.length], [0]));
      const buttons = rows.map(({ title, cells }) => {
        const row = make(body, 'tr');
        node(row, 'th', title, { scope: 'row' });
        return cells.map((cell, column) => {
          const place = make(row, 'td', '', { 'data-first': firsts.has(column) ? '' : null });
          return cell && button(place, cell);
        });
      });
      rove(table, buttons, focused ? table.querySelector(`[data-part="${CSS.escape(focused)}"]`) : null);
      legend.textContent = say(rows.some(({ cells }) => cells.some((cell) => cell && cell.change !== null)) ? 'legend' : 'legend_unmeasured');
      if (focused) table.querySelector(`[data-part="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
      root.dataset.skipped = rows.flatMap(({ cells }) => cells).filter((cell) => cell?.skipped).map((cell) => cell.part).join(' ');
    },
  };
}

export default defineView('parts', createMap);
