// The tree: a column for each step, a box for each hypothesis; kept ones large, pruned ones small and faint below them.
// All of it is drawn on a canvas, but for the box that is chosen and the one that is pointed at, which are buttons above it.
import { sized } from '../lib/canvas.js';
import { attr, make, paintStyle, pointIn, resize } from '../lib/dom.js';
import { clamp, percent, signedText, visible } from '../lib/text.js';
import { inksOf, paintColumn, snapped, textsOf } from './boxes.js';
import { scoreOf } from './outcomes.js';

const WIDE = 72, NARROW = 50, WIDEST = 168, ROOT = 78, EDGE = 5; // px a column, with everything on two lines, or on three
const MOST_WIDTHS = 5000;

export function createForest(root, act) {
  const scroll = make(root, 'div', 's2s-t-scroll', { tabindex: -1 });
  const plane = make(scroll, 'div', 's2s-t-plane', { role: 'tree' });
  const canvas = make(plane, 'canvas', '', { 'aria-hidden': 'true' });
  const seat = (name, tabindex) => make(plane, 'button', `s2s-t-${name}`, { type: 'button', role: 'treeitem', tabindex });
  const hovered = seat('hovered', -1), chosen = [seat('chosen', 0), seat('chosen', 0)]; // the first is in use
  const widths = new Map(), at = {};
  let seen, search, hover = null, inks, looks, painted = [], placed = '';

  /** How wide a text is: most are numbers and tokens that come again and again. */
  function measure(text, font) {
    const key = font + text;
    if (!widths.has(key)) {
      const context = canvas.getContext('2d');
      context.font = font;
      widths.set(key, context.measureText(text).width);
    }
    return widths.get(key);
  }

  /** What there is room for; to read it makes the browser lay out anew. */
  const sizes = () => ({ room: scroll.clientWidth, space: act.space(), roomy: innerHeight > 800 });

  /** Place all boxes of the finished search at once, so that nothing moves while it grows. */
  function place() {
    const { room, space, roomy } = at;
    const wide = (room - ROOT) / search.T >= WIDE, narrow = !wide && roomy && (room - ROOT) / search.T >= NARROW;
    const pitch = wide || narrow ? Math.min(WIDEST, Math.floor((room - ROOT) / search.T)) : WIDE;
    const small = roomy ? 14 : 13, counts = search.columns.map((column) => column.filter(({ kind }) => kind === 'pruned').length);
    // As tall as lets the tree and what belongs to it stand in the window together, if that can be.
    const most = Math.max(...counts) * small, full = narrow ? 44 : clamp(Math.floor((space - most) / search.width), 28, 44);
    const now = [search.id, pitch, full, small, space, devicePixelRatio].join();
    if (now === placed) return false;
    placed = now;
    Object.assign(at, { narrow, pitch, width: snapped(ROOT + search.T * pitch), height: 0 });
    search.columns.forEach((column, i) => {
      // Where many have finished beside those that go on, boxes share the room of a usual column, or what the window has.
      const many = column.length - counts[i], height = Math.max(space, search.width * full + most) - counts[i] * small;
      const least = clamp(Math.floor(height / many), 20, roomy ? Math.min(30, full) : 20), kept = clamp(Math.floor((search.width * full) / many), least, full);
      let y = EDGE;
      for (const node of column) {
        const pruned = node.kind === 'pruned', tall = pruned ? small : kept;
        node.x = snapped(i ? ROOT + (i - 1) * pitch : EDGE);
        node.w = snapped(i ? pitch - (narrow ? 5 : pitch >= 94 ? 18 : 10) : ROOT - 18);
        node.top = snapped(y);
        node.h = snapped(tall - (pruned ? 0 : 3));
        node.y = node.top + node.h / 2;
        node.lines = kept < 28 ? 1 : kept < 43 ? 2 : 3;
        node.line = roomy && kept >= 30 ? 13 : 12;
        y += tall;
      }
      at.height = Math.max(at.height, snapped(y + 2));
    });
    for (const box of [plane, canvas]) resize(box, at.width, at.height);
    return true;
  }

  /** Draw the columns that look otherwise than they did, or all of them. */
  function paint(all) {
    const { view, alive, best, ranks, penalty } = seen;
    looks = new Map();
    const now = search.columns.map((column, i) => {
      if (i > view.step) return '';
      return column.map((node) => {
        const greedy = search.greedy.has(node.n), path = best.has(node.n) ? (greedy ? 'both' : 'best') : greedy ? 'greedy' : null;
        const place = ranks.get(node.n), score = node.kind === 'done' ? (place ? `#${place} ` : '') + signedText(scoreOf(node, penalty)) : '';
        const look = { state: alive.has(node.n) ? 'alive' : 'dead', path, score };
        looks.set(node.n, look);
        return look.state + path + score;
      }).join();
    });
    const other = now.flatMap((text, i) => (text === painted[i] ? [] : [i]));
    if (all) inks.dots = null;
    const context = all ? sized(canvas, at.width, at.height) : canvas.getContext('2d');
    for (const i of all ? now.keys() : other) {
      const { x, w } = search.columns[i][0], from = i ? search.columns[i - 1][0].x + search.columns[i - 1][0].w : 0;
      if (!all) context.clearRect(from, 0, x + w - from, at.height);
      if (i <= view.step) paintColumn(context, search.columns[i], looks, at, inks, measure);
    }
    painted = now;
  }

  /** Say in words what a box is. */
  function wordsOf(node) {
    const { say, ranks, penalty } = seen;
    const words = { text: search.textOf(node) || say('nothing'), token: visible(node.text), log_prob: signedText(node.log_prob, 4), total: signedText(node.total, 4), p: percent(Math.exp(node.total)), score: signedText(scoreOf(node, penalty), 4), rank: ranks.get(node.n) ?? '–' };
    return !node.up ? say('node_root') : say(`node_${node.kind}`, words);
  }
  /** Lay a button over a box. */
  function cover(button, node) {
    const text = wordsOf(node), column = search.columns[node.length];
    const attributes = { 'title': text, 'aria-label': text, 'aria-level': node.length + 1, 'aria-posinset': column.indexOf(node) + 1, 'aria-setsize': column.length, 'aria-selected': String(node === seen.chosen), 'data-n': node.n };
    for (const name in attributes) attr(button, name, attributes[name]);
    for (const [name, value] of [['left', node.x], ['top', node.top], ['width', node.w], ['height', node.h]]) paintStyle(button, name, `${value}px`);
    button.hidden = false;
  }
  /** Another box is another button, so that the focus moves and the box is read aloud. */
  function coverChosen() {
    if (Number(chosen[0].dataset.n) !== seen.chosen.n) chosen.reverse();
    const [button, before] = chosen, focused = document.activeElement === before;
    cover(button, seen.chosen);
    if (focused) button.focus({ preventScroll: true });
    before.hidden = true;
  }
  function point(node) {
    hover = node;
    if (node) cover(hovered, node);
    else hovered.hidden = true;
  }

  /** The box at a place on the page. */
  function nodeAt(event) {
    const { x, y } = pointIn(plane, event);
    const column = search.columns[x < ROOT ? 0 : Math.floor((x - ROOT) / at.pitch) + 1];
    return column?.find((node) => looks.has(node.n) && x >= node.x && x <= node.x + node.w && y >= node.top && y < node.top + node.h) ?? null;
  }
  const focus = () => chosen[0].focus({ preventScroll: true });
  function choose(node) {
    if (!node) return;
    act.choose(node.n);
    focus();
  }
  plane.onpointermove = (event) => {
    const node = nodeAt(event);
    if (node !== hover) point(node);
  };
  plane.onpointerleave = () => point(null);
  canvas.onclick = (event) => choose(nodeAt(event));
  hovered.onclick = () => choose(hover);
  for (const button of chosen) button.onclick = () => choose(seen.chosen);

  /** Keep the newest column, or the one that was clicked, in sight. */
  function follow({ x, w }) {
    if (at.width <= at.room) return;
    const left = scroll.scrollLeft, right = left + at.room;
    if (x < left) scroll.scrollLeft = Math.max(0, x - ROOT);
    else if (x + w > right) scroll.scrollLeft = x + w - at.room + 4;
  }

  return {
    update(model) {
      if (search !== model.search) {
        search = model.search;
        attr(plane, 'aria-label', model.say('tree', { width: search.width, source: search.source.filter(({ kind }) => kind !== 'padding').map(({ text }) => text).join('') }));
        hover = null;
        placed = '';
      }
      const restyled = seen?.theme !== model.theme;
      seen = model;
      if (restyled) inks = inksOf(root, model.theme);
      if (restyled || widths.size > MOST_WIDTHS) widths.clear();
      if (model.resized || !at.room) Object.assign(at, sizes());
      if (!at.room) return;
      paint(place() || restyled);
      coverChosen();
      point(hover && looks.has(hover.n) ? hover : null);
      if (model.moved) follow(search.columns[model.view.step][0]);
      if (model.jumped) follow(model.chosen);
    },
    isDisplaced: () => !!search && Object.entries(sizes()).some(([name, value]) => at[name] !== value),
    focus,
    within: (element) => plane.contains(element),
    /** For tests: what is drawn, box by box, in CSS pixels of the window; nothing of what is yet to come. */
    boxes() {
      const frame = plane.getBoundingClientRect();
      return search.nodes.filter(({ n }) => looks.has(n)).map((node) => ({
        n: node.n, kind: node.kind, step: node.length, ...looks.get(node.n), x: frame.left + node.x, y: frame.top + node.top, width: node.w, height: node.h,
        texts: textsOf(node, looks.get(node.n), at, inks, measure).map(({ name, text, font, color, side, room, x, y }) => {
          const needs = measure(text, font), width = Math.min(room, needs), left = frame.left + x - { left: 0, center: width / 2, right: width }[side];
          return { name, text: text.replace(/[\u2068\u2069]/g, ''), left, right: left + width, y: frame.top + y, size: Number(/(\d+)px/.exec(font)[1]), squeezed: needs > width, color };
        }),
      }));
    },
  };
}
