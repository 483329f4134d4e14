// How the boxes of the tree and the curves between them are drawn: texts by kind and height, frames by what became of a hypothesis.
import { signedText, visible } from '../lib/text.js';
import { rgbOf } from '../lib/theme.js';

const ASCENT = 4; // px from the middle of a line down to the feet of its letters
const CORNER = 5;

// What does not lie on whole pixels of the screen is blurred, and cannot be drawn anew without its neighbours.
export const snapped = (value) => Math.round(value * devicePixelRatio) / devicePixelRatio;
const thick = (width) => Math.max(1, Math.floor(width * devicePixelRatio)) / devicePixelRatio;

/** The colours of the tree: those of the theme, and those that the style sheet has for the marks. */
export function inksOf(root, theme) {
  const style = getComputedStyle(root), read = (name) => style.getPropertyValue(name).trim();
  const of = (color, share) => `rgba(${rgbOf(color)},${share})`, ink = (share) => of(theme.ink, share), greedy = read('--greedy');
  return {
    text: theme.ink, quiet: theme.quiet, pruned: ink(0.62), line: read('--line'), done: ink(0.08), good: read('--good'), greedy, ground: of(greedy, 0.13), ring: of(greedy, 0.4),
    curve: ink(0.4), deadCurve: ink(0.16), mono: theme.mono, sans: theme.sans, dots: null,
  };
}

/** A special token in a box: three letters, since its name would hide the numbers; the root has room for it. */
const inBox = (node) => (node.up ? node.text.replace(/^⟨(.{1,3}).*⟩$/, '$1') : node.text);

/** What stands in a box, line by line. A score, which only finished hypotheses have, takes the place of what has no room. */
function linesOf({ up, kind, lines }, score, narrow) {
  if (!up) return [['name']];
  if (kind === 'pruned' || lines === 1) return [score ? ['score'] : ['name', 'total']];
  if (narrow) return lines === 2 ? [['name'], [score ? 'score' : 'total']] : [['name'], [score ? 'total' : 'log'], [score ? 'score' : 'total']];
  const first = ['name', 'log'], sum = ['sigma', 'total'];
  return !score ? [first, sum] : lines === 2 ? [first, ['score']] : [first, sum, ['score']];
}

/** Every text of a box: where it begins or, if it stands at the right, ends, how it is set, and the room it has. */
export function textsOf(node, look, at, inks, measure) {
  const { kind, up } = node, special = inBox(node) !== node.text, pruned = kind === 'pruned';
  const color = look.path === 'greedy' ? (pruned ? inks.greedy : inks.text) : pruned ? inks.pruned : look.state === 'dead' ? inks.quiet : inks.text;
  const of = {
    name: { text: `\u2068${visible(inBox(node))}\u2069`, font: `${special ? 'italic ' : ''}${pruned ? 400 : 600} ${up && !pruned ? 13 : 12}px ${inks.mono}`, side: up ? 'left' : 'center' },
    log: { text: signedText(node.log_prob), color: inks.quiet },
    sigma: { text: 'Σ', color: inks.quiet, side: 'left' },
    total: { text: signedText(node.total, pruned && at.narrow ? 1 : 2) },
    score: { text: look.score, font: `600 12px ${inks.sans}`, side: at.narrow ? 'right' : 'left' },
  };
  const pad = pruned ? (at.narrow ? 1 : 3) : up ? (at.narrow ? 3 : 5) : 2, inner = node.w - 2 * pad;
  const lines = linesOf(node, look.score, at.narrow), middle = node.top + node.h / 2 - ((lines.length - 1) * node.line) / 2;
  return lines.flatMap((line, i) => {
    const texts = line.map((name) => ({ name, color, font: `12px ${inks.sans}`, side: 'right', ...of[name] }));
    const beside = texts[1] ? measure(texts[1].text, texts[1].font) + 3 : 0;
    return texts.map((text, k) => ({
      ...text, room: k ? inner : inner - beside, y: snapped(middle + i * node.line + ASCENT),
      x: text.side === 'left' ? node.x + pad : text.side === 'right' ? node.x + node.w - pad : node.x + node.w / 2,
    }));
  });
}

/** Dots of one pixel along both axes: dashes are blurred once they have turned a round corner. */
function dotsOf(context, inks) {
  if (inks.dots) return inks.dots;
  const dot = thick(1) * devicePixelRatio;
  const tile = document.createElement('canvas');
  tile.width = tile.height = 2 * dot;
  const on = tile.getContext('2d');
  on.fillStyle = inks.line;
  on.fillRect(0, 0, dot, dot);
  on.fillRect(dot, dot, dot, dot);
  inks.dots = context.createPattern(tile, 'repeat');
  inks.dots.setTransform(new DOMMatrix().scale(1 / devicePixelRatio));
  return inks.dots;
}

function paintFrame(context, node, { state, path }, inks) {
  const { kind, x, top, w, h } = node, pruned = kind === 'pruned', best = path === 'best' || path === 'both', greedy = path === 'greedy';
  if (pruned && !greedy) return;
  const shape = (across, down) => {
    context.beginPath();
    context.roundRect(x + across, top + down, w - 2 * across, h - 2 * down, (pruned ? 3 : CORNER) - across);
  };
  if (greedy || kind === 'done') {
    shape(0, 0);
    context.fillStyle = greedy ? inks.ground : inks.done;
    context.fill();
  }
  const dead = state === 'dead', line = thick(best ? 2 : 1);
  context.lineWidth = line;
  if (greedy) {
    context.strokeStyle = inks.ring;
    shape(line / 2, line / 2);
    context.stroke();
  }
  context.strokeStyle = best ? inks.good : greedy ? inks.greedy : kind === 'done' ? (dead ? inks.quiet : inks.text) : dead ? dotsOf(context, inks) : inks.line;
  context.setLineDash(greedy ? [4, 2] : []);
  shape(line / 2, best ? line / 2 - thick(1) : line / 2); // thick frames grow upwards and downwards, never into the next column
  context.stroke();
  context.setLineDash([]);
}

/** The curve that leads to a box, in the gap before its column. */
function paintCurve(context, { up, x, y }, { state, path }, inks) {
  const from = up.x + up.w, bend = (x - from) / 2;
  context.beginPath();
  context.moveTo(from, up.y);
  context.bezierCurveTo(from + bend, up.y, x - bend, y, x, y);
  const best = path === 'best' || path === 'both', greedy = path === 'greedy';
  context.lineWidth = best ? 2.6 : greedy ? 2 : 1;
  context.strokeStyle = best ? inks.good : greedy ? inks.greedy : state === 'dead' ? inks.deadCurve : inks.curve;
  context.setLineDash(greedy ? [5, 4] : []);
  context.stroke();
  context.setLineDash([]);
}

/** Draw a column and what leads to it; the marked curves lie above the others. */
export function paintColumn(context, column, looks, at, inks, measure) {
  const marked = (node) => (looks.get(node.n).path ? 1 : 0);
  if (column[0].up) for (const node of [...column].sort((a, b) => marked(a) - marked(b))) paintCurve(context, node, looks.get(node.n), inks);
  context.textBaseline = 'alphabetic';
  for (const node of column) {
    const look = looks.get(node.n);
    paintFrame(context, node, look, inks);
    for (const { text, font, color, side, room, x, y } of textsOf(node, look, at, inks, measure)) {
      context.font = font;
      context.fillStyle = color;
      context.textAlign = side;
      if (measure(text, font) > room) context.fillText(text, x, y, room); // narrower letters rather than fewer
      else context.fillText(text, x, y);
    }
  }
}
