// The board: lines of panels that never overlap. Hovering lights the cells that made a number; a click or an edit is told to the server.
import { createAhead } from '../lib/ahead.js';
import { ARROWS, attr, isPlain, make, paintStyle, put } from '../lib/dom.js';
import { legendRoom, paintLegend } from '../lib/legend.js';
import { canDraw, maskAt, openPanel, PANEL_COLUMNS, panelRows, putValue, textAt, toldText, valueAt } from '../lib/matrix.js';
import { createMessages } from '../lib/messages.js';
import { defineView, notePainted } from '../lib/mount.js';
import { createPanel, rich, TALLEST } from '../lib/panel.js';
import { clamp, translator } from '../lib/text.js';
import { followTheme } from '../lib/theme.js';
import { createEditor } from './edit.js';
import { legendOf } from './legend.js';
import { arithmetic, madeOf } from './trace.js';

const SIZES = [19, 18, 17, 16, 15, 14, 13, 12]; // px of type, the largest at which every line fits
const TIGHTER = [0.8, 0.65, 0.5];
const SIGN_GAP = 5, SPARE = 2; // px: a sign's distance, and what the rounding of widths may take
const gapAt = (tight) => (tight === TIGHTER.at(-1) ? 6 : Math.round(18 * tight)); // px

function createBoard(root) {
  const state = { hover: null, cursor: null, complaint: null };
  const lines = make(root, 'div', 's2s-b-lines');
  const foot = make(root, 'footer'), readout = make(foot, 'div', 's2s-b-readout', { 'aria-live': 'polite' });
  const where = make(readout, 'b'), how = make(readout, 'span'), legend = make(foot, 'canvas', 's2s-b-legend', { role: 'img' });
  const nodes = new Map();
  let data, say, theme, channel, room = 0, spelled = [];
  const messages = createMessages((sent) => channel.setTriggerValue('edit', sent));
  const panels = { get: (id) => nodes.get(id)?.panel };

  const act = {
    hover(cell) {
      if (JSON.stringify(cell) === JSON.stringify(state.hover)) return;
      if (cell) state.complaint = null;
      state.hover = cell;
      light();
    },
    point(cell) {
      state.cursor = state.hover = cell;
      light();
    },
    cursor: (id) => (state.cursor?.panel === id ? state.cursor : null),
    move({ panel, row, col }, down, right) {
      state.complaint = null;
      const { height, width } = panels.get(panel);
      act.point({ panel, row: clamp(row + down, 0, height - 1), col: clamp((col ?? 0) + right, 0, width - 1) });
    },
    key(event, id) {
      const panel = panels.get(id), cell = act.cursor(id) ?? { panel: id, row: 0, col: 0 };
      const step = ARROWS[event.key], plain = isPlain(event);
      if (event.key === 'Escape' && act.cursor(id)) event.stopPropagation(), act.point(null); // leaves the cell, and what is around the board only then
      else if (step && plain) act.move(cell, ...step);
      else if (event.key === 'Enter' && canDraw(panel, cell.row, cell.col)) act.draw([cell], 1 - valueAt(panel, cell.row, cell.col)), act.settle();
      else if (event.key === 'Enter' && (panel.editable || panel.clickable)) panel.editable ? act.open(cell) : act.click(cell);
      else if (panel.editable && plain && /^[-−+.,\d]$/.test(event.key)) act.open(cell, event.key);
      else return;
      event.preventDefault();
    },
    open: (cell, typed) => editor.open(cell, nodes.get(cell.panel), nameOf(cell), typed),
    click(cell) {
      if (data.picks) ahead.press(`${data.picks}:${cell.row}`);
      channel.setTriggerValue('cell', { ...cell, seq: Date.now() });
    },
    /** Show a number at once; what follows from it comes back from the server. */
    edit(cell, value) {
      const panel = panels.get(cell.panel);
      value = clamp(value, -panel.limit, panel.limit);
      if (valueAt(panel, cell.row, cell.col) === Math.fround(value)) return;
      keep(cell, value);
      messages.say(false);
    },
    /** Show cells blocked or free at once; the server is told when the stroke is done. */
    draw: (cells, value) => cells.forEach((cell) => valueAt(panels.get(cell.panel), cell.row, cell.col) === value || keep(cell, value)),
    settle: () => messages.say(),
    /** Say what is wrong with what was typed, until it is typed otherwise, given up, or the board is another. */
    complain(key, values) {
      state.complaint = say(key, values);
      light();
    },
    withdraw() {
      if (!state.complaint) return;
      state.complaint = null;
      light();
    },
    name: (panel) => say(panel.drawable ? 'panel_drawable' : panel.editable ? 'panel_editable' : 'panel', { title: panel.title, rows: panel.height, cols: panel.width }),
  };
  const editor = createEditor(act);

  function keep(cell, value) {
    putValue(panels.get(cell.panel), cell.row, cell.col, value);
    messages.add({ ...cell, value }, (edit) => edit.panel === cell.panel && edit.row === cell.row && edit.col === cell.col);
    nodes.get(cell.panel).paint(theme);
    state.cursor = state.hover = cell;
    light();
  }

  /** A cell in words; what has only one row, or one column, needs no name for it. */
  function nameOf({ panel: id, row, col }) {
    const panel = panels.get(id), named = (names, index, count) => names[index] ?? (count > 1 ? String(index + 1) : '');
    const words = { title: panel.title, row: row === null ? '' : named(panel.row_names, row, panel.height), column: col === null ? '' : named(panel.col_names, col, panel.width) };
    if (col === null || row === null) return words.row || words.column;
    return panel.name ? translator(panel)('name', words) : Object.values(words).filter(Boolean).join(' · ');
  }

  /** Show what is pointed at, what made it, and the arithmetic. */
  function light() {
    const here = state.hover && panels.get(state.hover.panel) ? state.hover : null;
    mark(here, here ? madeOf(here, panels) : []);
    attr(root, 'data-complaint', !!state.complaint || null);
    how.replaceChildren();
    if (state.complaint || !here) {
      put(where, state.complaint ?? '');
      how.append(state.complaint ? '' : data.summary);
    } else {
      const panel = panels.get(here.panel), name = here.col === null || here.row === null, kind = name ? 0 : maskAt(panel, here.row, here.col);
      rich(where, nameOf(here) + (name ? '' : kind ? `: ${say(`masked_${kind}`)}` : panel.drawable ? `: ${say('open')}` : panel.texts ? `: ${textAt(panel, here.row, here.col)}` : ` ${panel.values.step ? '≈' : '='} ${toldText(panel, valueAt(panel, here.row, here.col))}`));
      for (const { text, factor, result } of name ? [] : arithmetic(here, panels, say))
        make(how, result ? 'b' : 'span', '', { 'data-factor': factor === undefined ? null : factor % 2 }).textContent = text;
      if (!how.firstChild && panel.editable && !name) how.append(say('hint_edit'));
      if (!how.firstChild && panel.drawable) how.append(say(name ? 'hint_draw_line' : canDraw(panel, here.row, here.col) ? 'hint_draw' : 'hint_closed'));
      if (!how.firstChild && panel.clickable) how.append(panel.hint || say('hint_click'));
    }
  }

  /** Mark a cell and the factors that it is made of. */
  function mark(here, factors) {
    for (const [id, node] of nodes) {
      const lit = factors.flatMap((cells, factor) => cells.filter((cell) => cell.panel === id).map((cell) => ({ ...cell, factor })));
      node.point(theme, here?.panel === id ? here : null, lit);
    }
  }

  /** Lay panels out as large as fits; narrow rooms wrap. */
  function layout() {
    const context = legend.getContext('2d');
    const sizes = SIZES.slice(room > 1100 && innerHeight > 800 ? 0 : 5);
    // Where even the smallest type does not fit, cells that are wide for the pointer's sake give way.
    for (const [size, tight] of [...sizes.map((size) => [size, 1]), ...TIGHTER.map((tight) => [sizes.at(-1), tight])]) {
      const widths = data.lines.map(({ items }) => {
        const width = items.map((item) => {
          if (!item.sign) {
            const members = item.stack.map((id) => panels.get(id)), rows = Math.max(1, ...members.map(({ height }) => height));
            const lowest = item.stack.map((id) => nodes.get(id).lowest), thinnest = members.some(({ cell }) => cell) ? 3 : Math.max(...lowest);
            const dy = Math.max(thinnest, Math.min(Math.round(size * 1.75), Math.floor(TALLEST() / rows)));
            const measure = (least) => members.map(({ aligned }, i) => nodes.get(item.stack[i]).measure(context, theme, size, dy, tight, aligned ? least : undefined, size === sizes.at(-1) ? room : Infinity));
            const widths = measure(), columns = item.stack.filter((id) => panels.get(id).aligned).map((id) => nodes.get(id).columns);
            const widest = (name) => Math.max(...columns.map((column) => column[name]));
            return Math.max(...(columns.length > 1 ? measure({ dx: widest('dx'), left: widest('left') }) : widths));
          }
          context.font = `${size + 2}px ${theme.sans}`;
          return Math.ceil(context.measureText(item.sign).width);
        });
        // A sign stands closer to its neighbours than these to each other.
        const gaps = items.slice(1).map((item, i) => (item.sign || items[i].sign ? SIGN_GAP : gapAt(tight)));
        return [...width, ...gaps].reduce((sum, part) => sum + part, 0);
      });
      if (Math.max(...widths) <= room - SPARE || tight === TIGHTER.at(-1)) return paintStyle(root, '--size', size + 'px'), paintStyle(root, '--gap', gapAt(tight) + 'px');
    }
  }

  /** Build what is not there yet, and lines that hold other panels than before: what is moved loses pointer and focus. */
  function arrange() {
    const wanted = data.lines.map(({ title, items }) => JSON.stringify([!!title, items]));
    const ids = data.lines.flatMap(({ items }) => items.flatMap((item) => item.stack ?? []));
    for (const [id, node] of nodes) if (!ids.includes(id)) node.box.remove(), nodes.delete(id);
    for (const id of ids) if (!nodes.has(id)) nodes.set(id, createPanel(null, id, act));
    while (lines.children.length > wanted.length) lines.lastElementChild.remove();
    data.lines.forEach((line, i) => {
      const there = lines.children[i];
      if (!there) lines.append(lineOf(line));
      else if (wanted[i] !== spelled[i]) there.replaceWith(lineOf(line)), (state.hover = null);
      if (line.title) put(lines.children[i].firstElementChild, line.title);
    });
    spelled = wanted;
  }
  function lineOf({ title, items }) {
    const line = make(null, 'section', 's2s-b-line');
    if (title) make(line, 'h4');
    const flow = make(line, 'div', 's2s-b-flow');
    let unit = null;
    for (const item of items) {
      if (item.sign) make((unit ??= make(flow, 'div', 's2s-b-unit')), 'span', 's2s-b-sign').textContent = item.sign;
      else {
        make(unit ?? flow, 'div', 's2s-b-stack').append(...item.stack.map((id) => nodes.get(id).box));
        unit = null;
      }
    }
    return line;
  }

  function repaint() {
    if (!data || !root.isConnected || !(room = root.clientWidth)) return;
    layout();
    for (const node of nodes.values()) node.paint(theme, room);
    for (const sign of lines.querySelectorAll('.s2s-b-sign')) {
      const stack = (sign.nextElementSibling ?? sign.parentElement.previousElementSibling)?.lastElementChild;
      paintStyle(sign, 'height', `${nodes.get(stack?.dataset.panel)?.height ?? 20}px`);
    }
    paintLegend(legend, legendOf([...nodes.values()].map((node) => node.panel), say), theme, { room: legendRoom(room) });
    light();
    notePainted(root, () => ({ rev: data.id }));
  }

  function open() {
    if (!editor.cell) state.complaint = null;
    restyle();
    arrange();
    for (const [id, node] of nodes) {
      const panel = openPanel(data.panels[id]);
      for (const { row, col, value } of messages.waiting.filter((edit) => edit.panel === id)) if (row < panel.height && col < panel.width) putValue(panel, row, col, value);
      node.set(panel);
    }
    repaint();
  }
  const ahead = createAhead(root, () => (messages.waiting.length ? null : data), (next) => {
    data = { ...data, ...next };
    open();
  });

  const restyle = followTheme(root, (now) => { theme = now; }, repaint);
  new ResizeObserver(() => root.clientWidth !== room && repaint()).observe(root);

  return {
    listeners: [[document.fonts, 'loadingdone', repaint]],
    receive(component) {
      channel = component;
      if (ahead.outdated(component.data)) return;
      const known = data?.id === component.data.id && !messages.waiting.length;
      data = component.data;
      if (data.prefetched) ahead.listen();
      if (!known) {
        say = translator(data.text);
        const answered = messages.hear(data.reply_to);
        open();
        if (!answered) messages.say();
      }
      if (data.prefetched) ahead.rest();
    },
    leave() {
      ahead.leave();
      messages.leave();
    },
    table: () => ({ columns: PANEL_COLUMNS, rows: [...nodes.values()].flatMap(({ panel }) => panelRows(panel)) }),
    /** The board to look at: nothing that the server would answer. */
    offline() {
      const still = (panel) => ({ ...panel, editable: false, clickable: false, drawable: false });
      return { ...data, prefetched: false, panels: Object.fromEntries(Object.entries(data.panels).map(([id, panel]) => [id, still(panel)])) };
    },
    /** For tests: a cell as it stands on the page. */
    cell(id, row, col) {
      const node = nodes.get(id), { x, y, width, height } = node.where(row, col), box = node.over.getBoundingClientRect();
      return { value: valueAt(node.panel, row, col), text: textAt(node.panel, row, col), mask: maskAt(node.panel, row, col), x: box.x + x + width / 2, y: box.y + y + height / 2 };
    },
  };
}

export default defineView('board', createBoard);
