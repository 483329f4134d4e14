// One panel: a titled matrix as a canvas of cells, colours under numbers; a second canvas above it holds what hovering adds.

const NOTHING = 1e-14; // what the rounding of 64-bit numbers may leave of a zero
const trimmed = (text) => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);
/** A number in few digits. What is exact loses its trailing zeros, what is rounded keeps them: 0.5 is a half, 0.50 is about that, 0.00 is not quite 0. */
function numberText(value, digits) {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? '–' : value < 0 ? '−∞' : '∞';
  const size = Math.abs(value), fixed = size.toFixed(digits);
  const exact = Math.abs(size - Number(fixed)) <= (Number(fixed) ? 1e-6 * Math.max(1, size) : NOTHING);
  const text = size >= 1e7 ? size.toExponential(1).replace('e+', 'e') : size >= 1e4 ? size.toFixed(0) : exact ? trimmed(fixed) : fixed;
  return (value < 0 && !/^0(\.0*)?$/.test(text) ? '−' : '') + text;
}
const exactText = (value) => (Number.isFinite(value) ? trimmed(String(Number(value.toPrecision(6)))).replace('-', '−') : numberText(value, 2));

const TALLEST = () => Math.min(420, 0.42 * innerHeight); // px, what the cells of a panel take at most before rows grow thin
const THINNEST = 15; // px, below which numbers are left to hovering
const FADE = 900; // ms in which the frames around what has changed fade
const NUMBER_PAD = 9, LABEL = 12, WIDEST_TEXT = 150, WIDEST_NAME = 96;
const THINNEST_COLOUR = 3, THINNEST_LETTER = 14; // px, of a cell without and with a letter in it

/** Write text in which ^ raises the characters up to the next space, as in W^q. */
function rich(node, text) {
  if (node.rich === text) return;
  node.rich = text;
  node.replaceChildren(...text.split(/(\^\S+)/).filter(Boolean).map((part) => {
    if (part[0] !== '^') return part;
    const raised = document.createElement('sup');
    raised.textContent = part.slice(1);
    return raised;
  }));
}

function openPanel(sent) {
  const [height, width] = sent.shape;
  return { ...sent, height, width, values: floatsOf(sent.values), mask: sent.mask && bytesOf(sent.mask), text: sent.values + sent.mask };
}
/** Two numbers are alike but for rounding, which may differ from one computation to the next. */
const alike = (one, other) => Object.is(one, other) || Math.abs(one - other) <= 1e-5 * Math.max(Math.abs(one), Math.abs(other));
const valueAt = (panel, row, col) => panel.values[row * panel.width + col];
const textAt = (panel, row, col) => (panel.texts ? panel.texts[row * panel.width + col] : numberText(valueAt(panel, row, col), panel.digits));
/** Only what no other mask closes can be drawn on. */
const canDraw = (panel, row, col) => panel.drawable && [0, BY_HAND].includes(maskAt(panel, row, col));
/** Put a number in place of another; where one draws, 1 is blocked and 0 is free. */
function putValue(panel, row, col, value) {
  panel.values[row * panel.width + col] = value;
  if (canDraw(panel, row, col)) panel.mask[row * panel.width + col] = value ? BY_HAND : 0;
  panel.text = null;
}
const maskAt = (panel, row, col) => (panel.mask ? panel.mask[row * panel.width + col] : 0);

function createPanel(parent, id, act) {
  const box = make(parent, 'figure', 's2s-b-panel', { 'data-panel': id });
  const caption = make(box, 'figcaption'), title = make(caption, 'b'), note = make(caption, 'span');
  const stage = make(box, 'div', 's2s-b-stage');
  const base = make(stage, 'canvas', '', { 'aria-hidden': 'true' });
  const over = make(stage, 'canvas', '', { tabindex: 0, role: 'application' });
  const glow = make(stage, 'canvas', 's2s-b-glow', { 'aria-hidden': 'true', width: 0, height: 0 });
  let panel, at = null, changed = null, drag = null;

  const place = (row, col) => [at.left + col * at.dx, at.top + row * at.dy];
  function cellAt(event) {
    const frame = over.getBoundingClientRect();
    const col = Math.floor((event.clientX - frame.left - at.left) / at.dx), row = Math.floor((event.clientY - frame.top - at.top) / at.dy);
    if (row < (panel.drawable ? -1 : 0) || row >= panel.height || col >= panel.width || (row < 0 && col < 0)) return null;
    return { panel: id, row: row < 0 ? null : row, col: col < 0 ? null : col };
  }
  const isName = (cell) => cell.row === null || cell.col === null;
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
      act.told();
    };
  }

  /** Frame what has changed since the last time, and let the frames fade; the compositor does that without us. */
  function fade(theme) {
    if (!changed?.length || matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    const context = sized(glow, at.width, at.height), gap = at.shown ? 1 : 0;
    paintStyle(glow, 'width', at.width + 'px');
    paintStyle(glow, 'height', at.height + 'px');
    context.strokeStyle = theme.mark;
    context.lineWidth = 2;
    for (const i of changed) context.strokeRect(...place(Math.floor(i / panel.width), i % panel.width), at.dx - gap, at.dy - gap);
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
      if (moved) act.told();
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
    get panel() { return panel; },
    set(next, theme) {
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
      const shown = panel.numbers && dy >= THINNEST;
      context.font = `${Math.max(LABEL, size - 2)}px ${theme.sans}`;
      const widest = panel.rows.reduce((most, text) => Math.max(most, context.measureText(text).width), 0);
      const left = Math.max(panel.rows.length ? Math.ceil(Math.min(widest, WIDEST_NAME)) + 8 : 1, least.left);
      context.font = `${shown ? size : LABEL}px ${theme.sans}`;
      let dx = panel.cell ? Math.round(panel.cell * (innerWidth > 1500 ? 1.5 : 1)) : Math.max(6, panel.roomy ? Math.round(1.5 * size * tight) : 2 * size - 18);
      if (shown) {
        dx = panel.texts ? 8 : context.measureText('−0.' + '0'.repeat(panel.digits)).width;
        panel.values.forEach((value, i) => (dx = Math.max(dx, context.measureText(panel.texts?.[i] ?? numberText(value, panel.digits)).width)));
        dx = Math.ceil(panel.texts ? Math.min(dx, WIDEST_TEXT) : dx) + NUMBER_PAD;
      }
      dx = Math.max(dx, least.dx);
      if (!shown || panel.texts) dx = Math.min(dx, Math.max(shown ? THINNEST_LETTER : THINNEST_COLOUR, Math.floor((room - WIDEST_NAME - 11) / panel.width)));
      context.font = `600 ${size}px ${theme.sans}`;
      const head = context.measureText(panel.title).width + (panel.note ? context.measureText(panel.note).width + 8 : 0);
      const width = left + dx * panel.width + 3;
      at = { size, dx, dy, left, top: panel.cols.length ? Math.max(LABEL, size - 2) + 6 : 1, shown, width };
      at.height = at.top + dy * panel.height + 3;
      return panel.captioned ? Math.max(width, Math.ceil(head)) : width;
    },
    get columns() { return { dx: at.dx, left: at.left }; },
    get height() { return at.height - at.top; },
    where: (row, col) => {
      const [x, y] = place(row, col);
      return { x, y, width: at.dx, height: at.dy };
    },
    paint(theme) {
      for (const canvas of [base, over]) {
        paintStyle(canvas, 'width', at.width + 'px');
        paintStyle(canvas, 'height', at.height + 'px');
      }
      paintStyle(stage, 'width', at.width + 'px');
      paintStyle(stage, 'height', at.height + 'px');
      attr(over, 'aria-label', act.name(panel));
      const context = sized(base, at.width, at.height), { left, top, dx, dy } = at;
      const scale = panel.scale === 'sequential' ? theme.weight : theme.change;
      const gap = at.shown ? 1 : 0, small = Math.max(LABEL, at.size - 2);
      context.textBaseline = 'middle';
      for (let row = 0; row < panel.height; row++)
        for (let col = 0; col < panel.width; col++) {
          const [x, y] = place(row, col), kind = maskAt(panel, row, col), value = valueAt(panel, row, col);
          const paint = scale(Number.isFinite(value) ? value / (panel.top || 1) : 0);
          context.fillStyle = kind ? hatchesOf(theme)[kind] : paint.fill;
          context.fillRect(x, y, dx - gap, dy - gap);
          if (panel.drawable && kind === BY_HAND) {
            context.fillStyle = theme.mark;
            context.globalAlpha = 0.25;
            context.fillRect(x, y, dx, dy);
            context.globalAlpha = 1;
          }
          if (panel.editable || canDraw(panel, row, col)) {
            context.strokeStyle = theme.edge;
            context.lineWidth = 1;
            context.strokeRect(x + 1.5, y + 1.5, dx - 4, dy - 4);
          }
          if (!at.shown || kind) continue;
          context.font = `${at.size}px ${theme.sans}`;
          context.textAlign = 'center';
          context.fillStyle = paint.ink;
          const text = textAt(panel, row, col);
          context.fillText(panel.texts ? shortened(context, text, dx - 4) : text, x + (dx - gap) / 2, y + dy / 2 + 0.5);
        }
      context.strokeStyle = theme.faint;
      context.lineWidth = 1;
      context.strokeRect(left - 0.5, top - 0.5, dx * panel.width + 1 - gap, dy * panel.height + 1 - gap);
      context.font = `${small}px ${theme.sans}`;
      context.textAlign = 'right';
      let free = -Infinity;
      panel.rows.forEach((text, row) => {
        const y = top + (row + 0.5) * dy;
        if (row !== panel.mark && (y - free < LABEL || (panel.mark !== null && Math.abs(row - panel.mark) * dy < LABEL))) return;
        free = y;
        context.fillStyle = row === panel.mark ? theme.mark : theme.quiet;
        context.fillText(shortened(context, text, left - 8), left - 6, Math.max(y + 0.5, LABEL / 2));
      });
      context.textAlign = 'center';
      context.fillStyle = theme.quiet;
      fade(theme);
      if (dx < LABEL) return;
      // Numbers that stand closer than they are wide are told every few columns; a single character always has its place.
      const numbers = panel.cols.every((text) => /^\d+$/.test(text)), widest = Math.max(0, ...panel.cols.map((text) => context.measureText(text).width));
      const stride = numbers ? Math.ceil((widest + 4) / dx) : 1;
      panel.cols.forEach((text, col) => {
        if (col % stride) return;
        context.fillText(stride > 1 ? text : bare(context, text, dx - 2), left + (col + 0.5) * dx, top - small / 2 - 3);
      });
    },
    /** Draw what is pointed at: `here` the cell itself, `lit` the cells that made it, each with the number of its factor. */
    point(theme, here, lit) {
      const context = sized(over, at.width, at.height), { left, top, dx, dy } = at;
      const frame = (row, col, color, thick, rows = 1, cols = 1) => {
        const [x, y] = place(row, col);
        context.strokeStyle = color;
        context.lineWidth = thick;
        context.strokeRect(x, y, dx * cols - (at.shown ? 1 : 0), dy * rows - (at.shown ? 1 : 0));
      };
      for (const [row, col] of panel.marks) {
        frame(row, col, theme.ground, 3.5);
        frame(row, col, theme.ink, 1.5);
      }
      if (panel.mark !== null && panel.mark < panel.height) frame(panel.mark, 0, theme.mark, 1.5, 1, panel.width);
      for (const { row, col, factor } of lit) {
        const [x, y] = place(row, col);
        context.fillStyle = theme.factors[factor % 2];
        context.globalAlpha = 0.16;
        context.fillRect(x, y, dx, dy);
        context.globalAlpha = 1;
        frame(row, col, theme.ground, at.shown ? 4 : 2);
        frame(row, col, theme.factors[factor % 2], at.shown ? 2.5 : 1.2);
      }
      if (here && !isName(here)) {
        frame(here.row, here.col, theme.ground, 4);
        frame(here.row, here.col, theme.ink, 2.5);
      } else if (here) here.row === null ? frame(0, here.col, theme.ink, 1.5, panel.height, 1) : frame(here.row, 0, theme.ink, 1.5, 1, panel.width);
    },
    stage,
  };
}

/** A name without its place where both do not fit: 0 (9) becomes 0; a special, such as ⟨PAD⟩, is left to hovering. */
function bare(context, text, room) {
  const fits = context.measureText(text).width <= room, name = text.replace(/ \(\d+\)$/, '');
  return fits ? text : name.startsWith('⟨') ? '' : [...name].length === 1 ? name : shortened(context, name, room);
}

function shortened(context, text, room) {
  if (context.measureText(text).width <= room) return text;
  const chars = [...text];
  while (chars.length && context.measureText(chars.join('') + '…').width > room) chars.pop();
  return chars.length ? chars.join('') + '…' : '';
}
