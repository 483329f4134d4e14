// One panel: a titled matrix as a canvas of cells, colours under numbers; a second canvas above it holds what hovering adds.
import { areNumbers, isName, LABEL, paintCells, paintFrames, paintPointed, placeOf, roomOfNames } from './cells.js';
import { attr, make, paintStyle, pointIn, resize } from './dom.js';
import { alike, canDraw, numberText, valueAt } from './matrix.js';
import { areWords, heightOfNames, UPRIGHT } from './upright.js';

export const TALLEST = () => Math.min(420, 0.42 * innerHeight); // px, what the cells of a panel take at most before rows grow thin
const THINNEST = 13; // px, of a row in which a number or a name has its place
const FADE = 900; // ms in which the frames around what has changed fade
const NUMBER_PAD = 9, WIDEST_NAME = 140;
const widestText = () => Math.max(150, Math.min(280, 0.22 * innerWidth)); // px, of a text in a cell
export const MANY_ROWS = 24, THIN_ROW = 8; // rows, from which on they may be as thin as this, px: every other one is named
const THINNEST_COLOUR = 2, NARROW_PAD = 4; // px, of a cell without a letter in it, and around what stands in a cell where room is short

/** Write text in which ^ raises the characters up to the next space, as in W^q. */
export function rich(node, text) {
  if (node.rich === text && node.firstChild === node.richBegins) return; // unless something else was put there meanwhile
  node.rich = text;
  node.replaceChildren(...text.split(/(\^\S+)/).filter(Boolean).map((part) => {
    if (part[0] !== '^') return part;
    const raised = document.createElement('sup');
    raised.textContent = part.slice(1);
    return raised;
  }));
  node.richBegins = node.firstChild;
}

export function createPanel(parent, id, act) {
  const box = make(parent, 'figure', 's2s-b-panel', { 'data-panel': id });
  const caption = make(box, 'figcaption'), title = make(caption, 'b'), note = make(caption, 'span');
  const stage = make(box, 'div', 's2s-b-stage');
  const base = make(stage, 'canvas', '', { 'aria-hidden': 'true' });
  const over = make(stage, 'canvas', '', { tabindex: 0, role: 'application' });
  const glow = make(stage, 'canvas', 's2s-b-glow', { 'aria-hidden': 'true', width: 0, height: 0 });
  let panel, at = null, changed = null, drag = null;

  function cellAt(event) {
    const { x, y } = pointIn(over, event);
    const col = Math.floor((x - at.left) / at.dx), row = Math.floor((y - at.top) / at.dy);
    if (row < (panel.drawable ? -1 : 0) || row >= panel.height || col >= panel.width || (row < 0 && col < 0)) return null;
    return { panel: id, row: row < 0 ? null : row, col: col < 0 ? null : col };
  }
  function usable(cell) {
    if (!cell || isName(cell)) return cell && (panel.clickable || panel.drawable);
    return panel.editable || panel.clickable || canDraw(panel, cell.row, cell.col);
  }
  /** Draw with the pointer down: what the first cell becomes, all cells on the way become. */
  function draw(event, first) {
    event.preventDefault();
    over.focus({ preventScroll: true });
    over.setPointerCapture(event.pointerId);
    const value = 1 - valueAt(panel, first.row, first.col);
    let last = first;
    act.draw([first], value);
    drag = (move) => {
      const cell = cellAt(move);
      if (!cell || isName(cell)) return;
      // A quick pointer skips cells: those on the straight way from the last one are drawn too.
      const far = Math.max(Math.abs(cell.row - last.row), Math.abs(cell.col - last.col)), way = [];
      for (let n = 1; n <= far; n++)
        way.push({ panel: id, row: Math.round(last.row + ((cell.row - last.row) * n) / far), col: Math.round(last.col + ((cell.col - last.col) * n) / far) });
      last = cell;
      act.draw(way.filter(({ row, col }) => row < panel.height && col < panel.width && canDraw(panel, row, col)), value);
    };
    over.onpointerup = over.onpointercancel = () => {
      over.onpointerup = over.onpointercancel = drag = null;
      act.settle();
    };
  }

  /** Frame what has changed since the last time, and let the frames fade; the compositor does that without us. */
  function fade(theme) {
    if (!changed?.length || matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    resize(glow, at.width, at.height);
    paintFrames(glow, panel, at, theme, changed);
    glow.animate({ opacity: [0.9, 0] }, FADE);
    changed = null;
  }

  over.onpointermove = (event) => {
    if (drag) return drag(event);
    const cell = at && cellAt(event);
    paintStyle(over, 'cursor', !usable(cell) ? '' : isName(cell) ? 'pointer' : panel.drawable ? 'crosshair' : panel.editable ? 'ew-resize' : 'pointer');
    act.hover(cell && (!isName(cell) || usable(cell)) ? cell : null);
  };
  over.onpointerleave = () => drag || act.hover(null);
  over.onpointerdown = (event) => {
    const cell = at && event.button === 0 && cellAt(event);
    if (cell && !isName(cell) && canDraw(panel, cell.row, cell.col)) return draw(event, cell);
    if (!cell || isName(cell) || !panel.editable) return;
    event.preventDefault();
    over.focus({ preventScroll: true });
    over.setPointerCapture(event.pointerId);
    const from = event.clientX, start = valueAt(panel, cell.row, cell.col);
    let moved = false;
    // Dragging sideways turns the number like a knob; a press without a move opens it for typing.
    drag = ({ clientX }) => {
      const steps = Math.trunc((clientX - from) / 6);
      moved ||= steps !== 0;
      if (moved) act.edit(cell, Math.round((start + steps * 0.1) * 10) / 10);
    };
    over.onpointerup = over.onpointercancel = () => {
      over.onpointerup = over.onpointercancel = drag = null;
      if (moved) act.settle();
      else act.open(cell);
    };
  };
  over.onclick = (event) => {
    const cell = at && cellAt(event);
    if (usable(cell) && (isName(cell) || !(panel.editable || panel.drawable))) act.click(cell);
  };
  over.onfocus = () => over.matches(':focus-visible') && act.point({ panel: id, row: 0, col: 0, ...act.cursor(id) });
  over.onkeydown = (event) => act.key(event, id);

  return {
    box, over,
    /** How low a row may be: none that has numbers or a name of its own loses them. */
    get lowest() {
      if (panel.cell || (!panel.numbers && (!panel.rows.length || areNumbers(panel.rows)))) return panel.cell ? 3 : 6;
      return panel.height > MANY_ROWS && !panel.numbers ? THIN_ROW : THINNEST;
    },
    get panel() { return panel; },
    set(next) {
      const before = panel;
      panel = next;
      rich(title, panel.title);
      rich(note, panel.note);
      attr(caption, 'title', panel.help || null);
      paintStyle(caption, 'display', panel.captioned ? '' : 'none');
      attr(box, 'data-editable', !!panel.editable || null);
      paintStyle(over, 'touch-action', panel.drawable ? 'none' : '');
      const same = before && before.height === panel.height && before.width === panel.width;
      if (same && before.text !== panel.text) changed = [...panel.values.keys()].filter((i) => !alike(panel.values[i], before.values[i]));
    },
    /** How wide the panel is at a size of type and a height of rows. What shows colours, or letters, grows thin to fit into its room. */
    measure(context, theme, size, dy, tight = 1, least = { dx: 0, left: 0 }, room = Infinity) {
      const pad = tight < 1 ? Math.round(Math.max(NARROW_PAD, NUMBER_PAD * tight)) : NUMBER_PAD;
      const shown = panel.numbers && dy >= THINNEST;
      context.font = `${Math.max(LABEL, size - 2)}px ${theme.sans}`;
      const widest = panel.rows.reduce((most, text) => Math.max(most, context.measureText(text).width), 0);
      const left = Math.max(panel.rows.length ? Math.ceil(Math.min(widest, WIDEST_NAME)) + 8 : 1, least.left);
      context.font = `${Math.max(LABEL, size - 2)}px ${theme.sans}`;
      let names = roomOfNames(context, panel.cols); // no name of a column is left out for want of room
      const tall = areWords(panel.cols) ? heightOfNames(context, panel.cols) : 0;
      context.font = `${shown ? size : LABEL}px ${theme.sans}`;
      let dx = panel.cell ? Math.max(panel.cell, Math.round(panel.cell * (innerWidth > 1500 ? 1.5 : 1) * tight)) : Math.round(tight * Math.max(6, panel.roomy ? 1.5 * size : 2 * size - 18));
      if (shown) {
        dx = panel.texts ? 8 : context.measureText('−0.' + '0'.repeat(panel.digits)).width;
        panel.values.forEach((value, i) => (dx = Math.max(dx, context.measureText(panel.texts?.[i] ?? numberText(value, panel.digits)).width)));
        dx = Math.ceil(panel.texts ? Math.min(dx, widestText()) : dx) + pad;
      }
      const upright = tall > 0 && !shown && names > Math.max(dx, UPRIGHT);
      if (upright) names = UPRIGHT;
      dx = Math.max(dx, least.dx);
      if (!shown) dx = Math.max(names, Math.min(dx, Math.max(THINNEST_COLOUR, Math.floor((room - left - 3) / panel.width))));
      else if (panel.texts) dx = Math.max(names, Math.min(dx, Math.max(dx - pad + NARROW_PAD, Math.floor((room - left - 3) / panel.width))));
      else dx = Math.max(names, dx);
      context.font = `600 ${size}px ${theme.sans}`;
      const head = context.measureText(panel.title).width + (panel.note ? context.measureText(panel.note).width + 8 : 0);
      const width = left + dx * panel.width + 3;
      at = { size, dx, dy, left, top: upright ? tall : panel.cols.length ? Math.max(LABEL, size - 2) + 6 : 1, shown, width, upright };
      at.height = at.top + dy * panel.height + 3;
      return panel.captioned ? Math.max(width, Math.ceil(head)) : width;
    },
    get columns() { return { dx: at.dx, left: at.left }; },
    get height() { return at.height - at.top; },
    where: (row, col) => {
      const [x, y] = placeOf(at, row, col);
      return { x, y, width: at.dx, height: at.dy };
    },
    /** Draw it; what is wider than its room scrolls by itself. */
    paint(theme, room = Infinity) {
      attr(box, 'data-wide', at.width > room || null);
      for (const node of [base, over, stage]) resize(node, at.width, at.height);
      attr(over, 'aria-label', act.name(panel));
      paintCells(base, panel, at, theme);
      fade(theme);
    },
    /** Draw what is pointed at, and the cells that made it. */
    point: (theme, here, lit) => paintPointed(over, panel, at, theme, here, lit),
    stage,
  };
}
