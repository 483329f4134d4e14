// The tree of a beam search: keeps what is looked at, paints at once, tells the server afterwards.
import { createAhead } from '../lib/ahead.js';
import { isPlain, make, zoomOf } from '../lib/dom.js';
import { defineView, notePainted } from '../lib/mount.js';
import { createPlayback } from '../lib/run/playback.js';
import { clamp, translator, visible } from '../lib/text.js';
import { followTheme } from '../lib/theme.js';
import { createTransport, keyHandler } from '../lib/run/transport.js';
import { createAttention, createNext, createOutcomes } from './details.js';
import { createForest } from './forest.js';
import { aliveAt, openPath, openSearch, rankedAt, sameSearch, scoreOf } from './outcomes.js';

const RESTING = 250; // ms after which a scrub or a held key is told to the server

function createTree(root) {
  const state = { step: null, node: 0, penalty: null };
  let search, theme, say, channel, settle, last = 0, sent = '', words = '', untold = false, width = 0;
  const playback = createPlayback(root, {
    step: () => state.step,
    last: () => search.T,
    move(step) {
      state.step = clamp(step, 0, search.T);
      repaint({ moved: true });
    },
    repaint,
    tell,
  });
  const act = {
    choose(number) {
      const node = search.nodes[number];
      playback.stop();
      state.node = number + 1;
      state.step = Math.max(state.step, node.length);
      repaint({ jumped: true });
      tell('now');
    },
    penalise(penalty, settled) {
      state.penalty = penalty;
      repaint();
      if (settled) channel.setTriggerValue('penalty', { penalty, seq: Date.now() });
    },
    /** How tall the tree may be for all to stand in the window when the page is scrolled to its top. */
    space() {
      const others = [...root.children].reduce((sum, part) => sum + (part.classList.contains('s2s-t-scroll') ? 0 : part.offsetHeight), 0);
      const zoom = zoomOf(root), above = (root.getBoundingClientRect().top + (root.closest('[data-testid=stMain]')?.scrollTop ?? 0)) / zoom;
      return Math.round(innerHeight / zoom - above - others - 36);
    },
    goOn: () => channel.setTriggerValue('go', { node: chosenNode().n, seq: Date.now() }),
  };
  const transport = createTransport(root, playback);
  const forest = createForest(root, act);
  const legend = make(root, 'footer', 's2s-t-legend');
  const details = make(root, 'div', 's2s-t-details');
  const parts = [createOutcomes(details, act), createNext(details, act), createAttention(details)];

  /** What was clicked; else where greedy decoding and the best outcome part; else the beginning. */
  function chosenNode() {
    const node = search.nodes[state.node ? state.node - 1 : search.fork ?? 0] ?? search.nodes[0];
    return node.length <= state.step ? node : search.nodes[0];
  }
  /** Keys [ and ]: to where a hypothesis came from, and to its likeliest continuation. */
  function onBrackets(by) {
    const on = chosenNode(), to = by < 0 ? on.up : on.children[0];
    if (to) act.choose(to.n);
  }
  /** The end of a search is told as such, so that another search is shown to its own end. */
  const lookedAt = () => ({ upto: state.step >= search.T ? null : state.step, node: state.node });
  function tell(when) {
    clearTimeout(settle);
    last = Math.max(Date.now(), last + 1);
    const send = () => {
      sent = JSON.stringify(lookedAt());
      window.dispatchEvent(new CustomEvent('s2s-tree-look', { detail: { ...lookedAt(), id: last } }));
    };
    if (when === 'now') send();
    else settle = setTimeout(send, RESTING);
  }
  /** Look at what the server says, unless it answers something that is no longer so, or repeats what we said. */
  const onTold = ({ detail: { upto, node, reply_to: replyTo } }) => {
    const news = JSON.stringify({ upto, node });
    if (!search || replyTo < last || news === sent) return;
    sent = news;
    state.step = upto === null ? search.T : clamp(upto, 0, search.T);
    state.node = node;
    repaint({ moved: true, jumped: node > 0 });
  };

  function repaint({ moved = false, jumped = false, resized = false } = {}) {
    if (!search || !root.isConnected || state.step === null) return;
    const ranked = rankedAt(search, state.step, state.penalty);
    const chosen = chosenNode(), from = chosen.read === null ? chosen.up : chosen;
    const model = {
      say, search, theme, run: { T: search.T, cut: false }, view: { step: state.step }, playing: playback.playing, penalty: state.penalty, moved, jumped, resized,
      ranked, chosen, from, path: openPath(from), alive: aliveAt(search, state.step),
      ranks: new Map(ranked.map((node, i) => [node.n, i + 1])), best: new Set(ranked.length ? openPath(ranked[0]).map(({ n }) => n) : []),
    };
    transport.update(model);
    forest.update(model);
    for (const part of parts) part.update(model);
    notePainted(root, () => ({ step: state.step, steps: search.T, node: chosen.n, search: search.id, penalty: state.penalty, playing: playback.playing }));
  }
  /** Show a search; tell whether it is another one, so that the server has to hear what is looked at now. */
  function open(sent) {
    const another = search && search.id !== sent.id, end = !search || state.step >= search.T;
    search = openSearch(sent);
    state.penalty = search.penalty;
    if (!another) return false;
    playback.stop();
    state.node = 0;
    state.step = end ? search.T : clamp(state.step, 0, search.T);
    return true;
  }
  const ahead = createAhead(root, () => search?.sent, (found) => {
    untold = open(found) && JSON.stringify(lookedAt()) !== sent;
    repaint({ moved: true });
  });
  const restyle = followTheme(root, (now) => { theme = now; }, repaint);
  function explain() {
    const keys = ['best', 'greedy', 'dead', 'pruned', 'done'];
    legend.replaceChildren(...keys.map((key) => {
      const item = make(null, 'span', '', { 'data-key': key });
      make(item, 'i');
      item.append(say(`legend_${key}`));
      return item;
    }));
  }
  const onKeys = keyHandler(root, playback, onBrackets);
  /** Up and down walk through a column, as long as the tree has the focus. */
  const onColumn = (event) => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!by || !forest.within(event.target) || !isPlain(event)) return;
    event.preventDefault();
    const on = chosenNode(), column = search.columns[on.length], to = column[clamp(column.indexOf(on) + by, 0, column.length - 1)];
    act.choose(to.n);
    forest.focus();
  };
  root.addEventListener('keydown', onColumn);
  const onResize = () => repaint({ resized: true, moved: true }); // what was in sight is to stay there
  new ResizeObserver(([{ contentRect }]) => {
    if (contentRect.width === width) return; // its height is ours
    width = contentRect.width;
    onResize();
  }).observe(root);
  const onMoved = () => forest.isDisplaced() && onResize();
  new ResizeObserver(onMoved).observe(root.closest('.block-container') ?? root); // a sentence above may come after the tree
  const onFonts = () => {
    restyle(true); // whose texts are as wide as the font now makes them
    repaint();
  };

  return {
    listeners: [
      [document, 'keydown', onKeys], [window, 's2s-tree-told', onTold], [window, 'resize', onResize], [document.fonts, 'loadingdone', onFonts],
    ],
    receive(component) {
      channel = component;
      const { data } = component;
      ahead.listen();
      const before = search, saying = say;
      if (JSON.stringify(data.text) !== words) {
        words = JSON.stringify(data.text);
        say = translator(data.text);
        explain();
      }
      if (!before && data.looked_at) [state.step, state.node] = [data.looked_at.upto ?? Infinity, data.looked_at.node];
      const restyled = restyle(), another = !sameSearch(search?.sent, data.search) && open(data.search);
      if (another || untold) tell('now');
      untold = false;
      if (state.step !== null) state.step = clamp(state.step, 0, search.T);
      // What the server says may be what is shown already, but may have moved us: by the next frame the page has its new sizes.
      if (search !== before || say !== saying || restyled) repaint({ moved: true, resized: !before });
      requestAnimationFrame(onMoved);
      window.dispatchEvent(new CustomEvent('s2s-tree-ask'));
      ahead.rest();
    },
    leave() {
      playback.stop();
      clearTimeout(settle);
      ahead.leave();
    },
    table() {
      const ranks = new Map(rankedAt(search, state.step, state.penalty).map((node, i) => [node.n, i + 1]));
      const rows = search.nodes.filter(({ length }) => length <= state.step).map((node) => [
        node.n, node.up?.n, node.length, visible(node.text), search.textOf(node), node.kind, node.log_prob, node.total, node.kind === 'done' ? scoreOf(node, state.penalty) : null, ranks.get(node.n),
      ]);
      return { columns: ['hypothesis', 'parent', 'step', 'token', 'text', 'kind', 'log_prob', 'total', 'score', 'rank'], rows };
    },
    offline: () => ({ ...channel.data, search: { ...search.sent, penalty: state.penalty }, looked_at: lookedAt() }),
    boxes: forest.boxes,
    /** For tests: the outcomes in the order that the browser gives them. */
    outcomes: (upto, penalty) => rankedAt(search, upto, penalty).map((node) => [node.n, scoreOf(node, penalty)]),
  };
}

export default defineView('tree', createTree);
