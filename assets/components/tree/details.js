// Below the tree: the outcomes in their order, what follows the chosen hypothesis, and what one head looked at meanwhile.
import { PADDING, sized } from '../lib/canvas.js';
import { roomOfNames } from '../lib/cells.js';
import { attr, make, paintStyle, put, resize } from '../lib/dom.js';
import { paintHatch } from '../lib/maps.js';
import { clamp, percent, signedText, visible, weightText } from '../lib/text.js';
import { areWords, heightOfNames, paintUpright, UPRIGHT } from '../lib/upright.js';
import { scoreOf } from './outcomes.js';

const MANY_OTHERS = 100; // tokens that have no bar, from which on it is told what they have together
const LEAST_ROW = 14; // px, of the map of what was looked at

export function createOutcomes(root, act) {
  const box = make(root, 'section', 's2s-t-outcomes');
  const head = make(box, 'header'), title = make(head, 'h4');
  const label = make(head, 'label'), name = make(label, 'span');
  const slider = make(label, 'input', 's2s-t-penalty', { type: 'range', min: 0, max: 2, step: 0.1 });
  const shown = make(head, 'output');
  const heads = make(box, 'div', 's2s-t-row s2s-t-heads'), named = ['b', 'bdi', 'span', 'span', 'span'].map((tag) => make(heads, tag));
  const list = make(box, 'div', 's2s-t-list', { role: 'group' }), rows = [];
  slider.oninput = () => act.penalise(+slider.value, false);
  slider.onchange = () => act.penalise(+slider.value, true);

  return {
    update({ say, search, ranked, penalty, chosen }) {
      put(title, say('outcomes'));
      attr(title, 'title', title.textContent);
      ['', say('output'), '', say('sum'), say('score')].forEach((text, i) => put(named[i], text));
      put(name, say('penalty'));
      attr(label, 'title', say('penalty_help'));
      attr(slider, 'aria-label', say('penalty'));
      if (+slider.value !== penalty) slider.value = penalty;
      put(shown, `α = ${(+penalty).toFixed(1)}`);
      while (rows.length > ranked.length) rows.pop().row.remove();
      ranked.forEach((node, i) => {
        if (!rows[i]) {
          const row = make(list, 'button', 's2s-t-row', { type: 'button' });
          rows[i] = { row, parts: ['b', 'bdi', 'span', 'span', 'span'].map((tag) => make(row, tag)) };
        }
        const { row, parts } = rows[i], text = search.textOf(node);
        const right = node.kind === 'done' && search.references.length ? search.references.includes(text) : null;
        const values = [node.kind === 'done' ? `#${i + 1}` : '…', text || say('nothing'), right === null ? '' : right ? '✓' : '✗', signedText(node.total, 3), node.kind === 'done' ? signedText(scoreOf(node, penalty), 3) : say('unfinished')];
        parts.forEach((part, k) => put(part, values[k]));
        attr(row, 'data-n', node.n);
        attr(row, 'data-right', right === null ? null : String(right));
        attr(row, 'data-kind', node.kind);
        attr(row, 'data-chosen', chosen === node || null);
        attr(row, 'title', say('outcome_title', { text, total: signedText(node.total, 4), length: node.length, score: signedText(scoreOf(node, penalty), 4), p: percent(Math.exp(node.total)) }));
        row.onclick = () => act.choose(node.n);
      });
    },
  };
}

function barOf(row) {
  const token = make(make(row, 'b'), 'bdi'), track = make(row, 'span');
  return { row, token, fill: make(track, 'i'), number: make(row, 'em') };
}

export function createNext(root, act) {
  const box = make(root, 'section', 's2s-t-next');
  const head = make(box, 'header'), title = make(head, 'h4'), go = make(head, 'button', 's2s-button', { type: 'button', 'data-role': 'go-on', 'data-online': '' });
  const list = make(box, 'div', 's2s-t-list'), rows = [];
  go.onclick = () => act.goOn();
  const rest = barOf(make(box, 'div', 's2s-t-bar s2s-t-rest'));
  return {
    update({ say, search, chosen, from }) {
      const words = { token: visible(chosen.text), text: search.textOf(chosen) || visible(search.nodes[0].text) };
      put(title, say(from === chosen ? 'next' : `from_${chosen.kind}`, words));
      attr(title, 'title', title.textContent);
      put(go, say('go_on'));
      attr(go, 'title', say('go_on_help', words));
      const top = search.topOf(from), left = search.symbols - top.length, sum = Math.max(0, 1 - top.reduce((all, { p }) => all + p, 0));
      attr(rest.row, 'hidden', left > MANY_OTHERS ? null : '');
      put(rest.token, say('others', { count: left.toLocaleString('en') }));
      paintStyle(rest.fill, 'transform', `scaleX(${sum.toFixed(4)})`);
      put(rest.number, percent(sum));
      while (rows.length > top.length) rows.pop().row.remove();
      top.forEach(({ id, text, p }, i) => {
        if (!rows[i]) {
          rows[i] = barOf(make(list, 'button', 's2s-t-bar', { type: 'button' }));
        }
        const { row, token, fill, number } = rows[i], child = from.children.find((node) => node.id === id);
        put(token, visible(text));
        paintStyle(fill, 'transform', `scaleX(${p.toFixed(4)})`);
        put(number, percent(p));
        attr(row, 'data-mark', from !== chosen && chosen.id === id ? 'chosen' : child?.kind ?? null);
        attr(row, 'disabled', child ? null : '');
        attr(row, 'title', say(child ? 'bar_in_tree' : 'bar', { token: visible(text), p: (100 * p).toFixed(4) + ' %', log_prob: signedText(Math.log(p), 4) }));
        row.onclick = () => child && act.choose(child.n);
      });
    },
  };
}

/** One head's cross-attention along the chosen hypothesis: a row for each token read, the newest framed. */
export function createAttention(root) {
  const box = make(root, 'section', 's2s-t-attention');
  const head = make(box, 'header'), title = make(head, 'h4');
  const stage = make(box, 'div', 's2s-t-stage'), canvas = make(stage, 'canvas', '', { role: 'img' });
  const foot = make(box, 'footer');
  let seen = null, width = 0, height = 0;

  function cellText({ say, search, path }, row, col) {
    return say('cell', { read: visible(path[row].text), key: search.source[col].text, place: col + 1, value: weightText(search.rowOf(path[row])[col]) });
  }
  canvas.onpointermove = ({ offsetX, offsetY }) => {
    const { model, left, top, dx, dy } = seen ?? {};
    if (!model) return;
    const col = Math.floor((offsetX - left) / dx), row = Math.floor((offsetY - top) / dy);
    if (col >= 0 && col < model.search.S && row >= 0 && row < model.path.length) put(foot, cellText(model, row, col));
  };
  canvas.onpointerleave = () => seen && put(foot, seen.most);

  return {
    update(model) {
      const { say, search, path, theme } = model;
      put(title, say('attention', { layer: search.layer + 1, head: search.head + 1 }));
      if (model.resized || !width) [width, height] = [stage.clientWidth, stage.clientHeight];
      attr(title, 'title', title.textContent);
      if (!width || !height) return;
      const S = search.S, ruler = canvas.getContext('2d'), names = search.source.map(({ text, kind }) => (kind === 'padding' ? '·' : text));
      ruler.font = `12px ${theme.mono}`;
      const upright = areWords(names), top = upright ? heightOfNames(ruler, names) : 18;
      const left = Math.max(62, ...path.map((node) => Math.ceil(ruler.measureText(visible(node.text)).width) + 12));
      // Every letter read and every token written has its place; where these are many, the map scrolls.
      const dx = Math.max(upright ? UPRIGHT : roomOfNames(ruler, names), Math.min(34, (width - left - 2) / S)), dy = clamp((height - top - 2) / path.length, LEAST_ROW, 22);
      const needs = { width: Math.max(width, Math.ceil(left + S * dx + 2)), height: Math.max(height, Math.ceil(top + path.length * dy + 2)) };
      const context = sized(canvas, needs.width, needs.height);
      resize(canvas, needs.width, needs.height);
      const mask = new Uint8Array(path.length * S);
      search.source.forEach(({ kind }, col) => { if (search.padding && kind === 'padding') for (let row = 0; row < path.length; row++) mask[row * S + col] = PADDING; });
      path.forEach((node, row) => search.rowOf(node).forEach((weight, col) => {
        if (mask[row * S + col]) return;
        context.fillStyle = theme.weight(weight).fill;
        context.fillRect(left + col * dx, top + row * dy, dx - (dx > 8 ? 1 : 0), dy - (dy > 8 ? 1 : 0));
      }));
      paintHatch(context, { rows: path.length, cols: S, liveRows: path.length, liveCols: S, mask }, theme, left, top, S * dx, path.length * dy);
      const newest = path.length - 1;
      context.strokeStyle = theme.mark;
      context.lineWidth = 2;
      context.strokeRect(left - 1, top + newest * dy - 1, S * dx + 1, dy + 1);
      context.font = `12px ${theme.mono}`;
      context.textBaseline = 'middle';
      context.textAlign = 'center';
      context.fillStyle = theme.quiet;
      const row = search.rowOf(path[newest]);
      const order = [...row.keys()].sort((a, b) => row[b] - row[a]);
      const taken = [];
      if (upright) paintUpright(context, names, (col) => left + (col + 0.5) * dx, top);
      for (const col of upright ? [] : order) { // specials are named where there is room
        const text = names[col], middle = left + (col + 0.5) * dx, half = context.measureText(text).width / 2;
        if (taken.some(([from, to]) => middle + half > from && middle - half < to)) continue;
        taken.push([middle - half, middle + half]);
        context.fillText(text, middle, top / 2);
      }
      context.textAlign = 'right';
      path.forEach((node, i) => {
        context.fillStyle = i === newest ? theme.mark : theme.quiet;
        context.fillText(visible(node.text), left - 6, top + (i + 0.5) * dy);
      });
      const most = say('most', { cell: cellText(model, newest, order[0]) });
      seen = { model, left, top, dx, dy, most };
      put(foot, most);
      attr(foot, 'title', most);
      stage.scrollTop = needs.height;
      attr(canvas, 'aria-label', `${title.textContent} · ${most}`);
    },
  };
}
