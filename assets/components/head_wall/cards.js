// The heads side by side: each a map, its numbers, and the button that silences it.
import { attr, make, paintStyle, put } from '../lib/dom.js';
import { openPanel } from '../lib/matrix.js';
import { createPanel, MANY_ROWS, THIN_ROW } from '../lib/panel.js';
import { clamp } from '../lib/text.js';

const CARD_GAP = 16, MOST_ACROSS = 6, NARROWEST = 172; // px, heads in a row, px
const READABLE = [19, 18, 17, 16, 15], TIGHT = [14, 13, 12]; // px of type; below 15 columns are too narrow for their names

function createCard(id, act) {
  const box = make(null, 'article', 's2s-hw-card', { 'data-card': id });
  const top = make(box, 'header');
  const title = make(top, 'button', 's2s-hw-choose', { type: 'button', 'data-inert': '' });
  const mute = make(top, 'button', 's2s-hw-silence', { type: 'button', 'data-silence': id, 'data-online': '' });
  const node = createPanel(box, id, act), list = make(box, 'dl');
  title.onclick = () => act.choose(id, null);
  mute.onclick = () => act.silence(id);
  return {
    box, node,
    update({ title: text, silenced, chosen, numbers, panel }, say) {
      put(title, text);
      put(mute, say(silenced ? 'silenced' : 'silence'));
      attr(mute, 'aria-pressed', silenced ? 'true' : 'false');
      attr(mute, 'aria-label', `${text} · ${say('silence')}`);
      attr(title, 'aria-pressed', chosen ? 'true' : 'false');
      attr(box, 'data-chosen', chosen || null);
      attr(box, 'data-silenced', silenced || null);
      list.replaceChildren(...numbers.map(({ label, value, help, sorted }) => {
        const pair = make(null, 'div', '', { title: help, 'data-sorted': sorted || null });
        make(pair, 'dt').textContent = label;
        make(pair, 'dd').textContent = value;
        return pair;
      }));
      node.set(openPanel(panel));
    },
  };
}

export function createCards(root, act) {
  const box = make(root, 'section', 's2s-hw-cards');
  const cards = new Map();
  let order = [];

  /** Find how many heads fit beside each other, at which size, and whether a row shares the names of its queries. */
  function plan(context, theme, room) {
    const nodes = order.map((id) => cards.get(id).node), names = nodes[0].panel.row_names;
    const tall = Math.max(150, 0.5 * innerHeight - 210) / names.length; // so that maps and numbers are in sight together
    const width = (size, labels) => {
      nodes[0].panel.rows = labels ? names : [];
      return Math.max(NARROWEST, nodes[0].measure(context, theme, size, 12));
    };
    // Names of rows are about as tall as the type is; where rows are thin, so is it.
    const readable = READABLE.filter((size) => size <= Math.max(READABLE.at(-1), tall + 3));
    const tries = [];
    for (let across = Math.min(order.length, MOST_ACROSS); across > 1; across--)
      for (const size of readable) tries.push({ across, size, shared: false }, { across, size, shared: true });
    if (order.length > 1) for (const size of TIGHT) tries.push({ across: 2, size, shared: true });
    tries.push(...[...readable, ...TIGHT].map((size) => ({ across: 1, size, shared: false })));
    const fits = ({ across, size, shared }) =>
      width(size, true) + (across - 1) * (width(size, !shared) + CARD_GAP) <= room;
    const found = tries.find(fits) ?? tries.at(-1);
    return { ...found, dy: clamp(Math.floor(tall), names.length > MANY_ROWS ? THIN_ROW : Math.max(12, found.size - 2), Math.round(1.4 * found.size)) };
  }

  return {
    nodes: () => order.map((id) => cards.get(id).node),
    update(shown, say) {
      const next = shown.map(({ id }) => id);
      for (const [id, card] of cards) if (!next.includes(id)) card.box.remove(), cards.delete(id);
      for (const card of shown) {
        if (!cards.has(card.id)) cards.set(card.id, createCard(card.id, act));
        cards.get(card.id).update(card, say);
      }
      if (next.join() !== order.join()) box.replaceChildren(...next.map((id) => cards.get(id).box));
      order = next;
    },
    paint(context, theme, room) {
      const { across, size, shared, dy } = plan(context, theme, room);
      // A row breaks where the plan says, also when there would be room for one more without names.
      paintStyle(box, 'grid-template-columns', `repeat(${across}, minmax(0, max-content))`);
      order.forEach((id, place) => {
        const { box: card, node } = cards.get(id), labels = !shared || place % across === 0;
        node.panel.rows = labels ? node.panel.row_names : [];
        paintStyle(card, 'width', `${Math.max(NARROWEST, node.measure(context, theme, size, dy))}px`);
        node.paint(theme, room);
      });
    },
  };
}
