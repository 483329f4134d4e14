// The heads page: the map of all heads, what silencing does to the example, and the heads of an attention side by side.
import { createAhead } from '../lib/ahead.js';
import { ARROWS, isPlain, make, put } from '../lib/dom.js';
import { legendRoom, maskParts, paintLegend } from '../lib/legend.js';
import { maskAt, PANEL_COLUMNS, panelRows, toldText, valueAt } from '../lib/matrix.js';
import { defineView, notePainted } from '../lib/mount.js';
import { clamp, translator } from '../lib/text.js';
import { followTheme } from '../lib/theme.js';
import { createCards } from './cards.js';
import { createEffect } from './effect.js';
import { createMap } from './map.js';

function createHeadWall(root) {
  const top = make(root, 'div', 's2s-hw-top');
  let data, say, theme, channel, room = 0, hover = null, cursor = null;
  const tell = (name, value) => channel.setTriggerValue(name, { ...value, seq: Date.now() });
  const act = {
    silence(name) {
      ahead.press(`silence:${name}`, `silence:${name}`);
      tell('silence', { name });
    },
    clear: () => tell('clear', {}),
    choose: (name, row) => tell('choose', { name, row }),
    click: ({ panel, row }) => act.choose(panel, row),
    hover(cell) {
      if (JSON.stringify(cell) === JSON.stringify(hover)) return;
      hover = cell;
      light();
    },
    point(cell) {
      cursor = hover = cell;
      light();
    },
    cursor: (id) => (cursor?.panel === id ? cursor : null),
    key(event, id) {
      const step = ARROWS[event.key], panel = panelOf(id), cell = act.cursor(id) ?? { panel: id, row: 0, col: 0 };
      if (!isPlain(event)) return;
      if (step) act.point({ panel: id, row: clamp(cell.row + step[0], 0, panel.height - 1), col: clamp((cell.col ?? 0) + step[1], 0, panel.width - 1) });
      else if (event.key === 'Enter') act.click(cell);
      else return;
      event.preventDefault();
    },
    name: (panel) => say('panel', { title: panel.title, rows: panel.height, cols: panel.width }),
  };
  const map = createMap(top, act), effect = createEffect(top, act), cards = createCards(root, act);
  const foot = make(root, 'footer'), readout = make(foot, 'div', 's2s-hw-readout', { 'aria-live': 'polite' });
  const legend = make(foot, 'canvas', 's2s-hw-legend', { role: 'img' });
  const panelOf = (id) => cards.nodes().find((node) => node.box.dataset.panel === id)?.panel;

  /** Show what is pointed at, and the same cell in every other head. */
  function light() {
    const panel = hover && panelOf(hover.panel);
    for (const node of cards.nodes()) node.point(theme, panel ? hover : null, []);
    if (!panel) put(readout, data.hint);
    else {
      const row = panel.row_names[hover.row], words = { head: panel.title, row, column: panel.col_names[hover.col] ?? '' };
      const kind = hover.col === null ? 0 : maskAt(panel, hover.row, hover.col);
      if (hover.col === null) put(readout, say('row', words));
      else put(readout, say(kind ? 'cell_masked' : 'cell', { ...words, why: kind && say(`masked_${kind}`), weight: kind || toldText(panel, valueAt(panel, hover.row, hover.col)) }));
    }
  }

  function repaint() {
    if (!data || !root.isConnected || !(room = root.clientWidth)) return;
    map.update(data.map, theme);
    effect.update(data.effect, theme, say);
    cards.paint(legend.getContext('2d'), theme, room);
    const weights = [{ text: '0' }, { signed: false }, { text: '1' }, { text: say('weights') }];
    paintLegend(legend, [...weights, ...maskParts(cards.nodes().map(({ panel }) => panel), say)], theme, { room: legendRoom(room) });
    light();
    notePainted(root, () => ({ rev: data.id }));
  }

  function open() {
    restyle();
    cards.update(data.cards, say);
    repaint();
  }
  const ahead = createAhead(root, () => data, (next) => {
    data = { ...data, ...next };
    open();
  });

  const restyle = followTheme(root, (now) => { theme = now; }, repaint);
  new ResizeObserver(() => root.clientWidth !== room && repaint()).observe(root);

  return {
    listeners: [[document.fonts, 'loadingdone', repaint]],
    receive(component) {
      channel = component;
      ahead.listen();
      if (ahead.outdated(component.data)) return;
      const known = data?.id === component.data.id;
      data = component.data;
      if (!known) {
        say = translator(data.text);
        open();
      }
      ahead.rest();
    },
    leave: ahead.leave,
    table() {
      const without = data.map.groups.flatMap(({ title, rows }) => rows.flatMap((heads, layer) => heads.map(({ text }, head) => [title, layer + 1, '', head + 1, '', text, ''])));
      const measured = data.cards.flatMap(({ title, numbers }) => numbers.map(({ label, value }) => [title, '', label, '', '', value, '']));
      return { columns: PANEL_COLUMNS, rows: [...cards.nodes().flatMap(({ panel }) => panelRows(panel)), ...measured, ...without] };
    },
    offline: () => ({ ...data, hint: '', effect: { ...data.effect, said: data.effect.any ? data.effect.said : '' } }),
    /** For tests: where a cell of a head's map stands on the page, and its weight. */
    cell(id, row, col) {
      const node = cards.nodes().find((each) => each.box.dataset.panel === id);
      const { x, y, width, height } = node.where(row, col), box = node.over.getBoundingClientRect();
      return { value: valueAt(node.panel, row, col), x: box.x + x + width / 2, y: box.y + y + height / 2 };
    },
  };
}

export default defineView('heads', createHeadWall);
