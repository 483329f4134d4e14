// The tree of a beam search: keeps what is looked at, paints at once, tells the server afterwards.

const RESTING = 250; // ms after which a scrub or a held key is told to the server

function createTree(root) {
  const state = { step: null, node: 0, penalty: null, playing: false, rate: SPEEDS[1][1] };
  let search, theme, say, channel, timer, settle, last = 0, sent = '', words = '', untold = false, width = 0;
  const act = {
    view: () => ({ step: state.step }),
    go(step, when = 'now') {
      stop();
      move(step);
      tell(act.held ? 'soon' : when);
    },
    play() {
      if (state.playing) return stop(), repaint(), tell('now');
      if (state.step >= search.T) move(0);
      state.playing = true;
      repaint();
      tick();
    },
    speed(rate) {
      state.rate = rate;
      if (state.playing) tick();
    },
    /** Keys [ and ]: to where a hypothesis came from, and to its likeliest continuation. */
    nextHead(by) {
      const on = chosenNode(), to = by < 0 ? on.up : on.children[0];
      if (to) act.choose(to.n);
    },
    choose(number) {
      const node = search.nodes[number];
      stop();
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
      const above = root.getBoundingClientRect().top + (root.closest('[data-testid=stMain]')?.scrollTop ?? 0);
      return Math.round(innerHeight - above - others - 36);
    },
    goOn: () => channel.setTriggerValue('go', { node: chosenNode().n, seq: Date.now() }),
  };
  const transport = createTransport(root, act);
  const forest = createForest(root, act);
  const legend = make(root, 'footer', 's2s-t-legend');
  const details = make(root, 'div', 's2s-t-details');
  const parts = [createOutcomes(details, act), createNext(details, act), createAttention(details)];

  /** What was clicked; else where greedy decoding and the best outcome part; else the beginning. */
  function chosenNode() {
    const node = search.nodes[state.node ? state.node - 1 : search.fork ?? 0] ?? search.nodes[0];
    return node.length <= state.step ? node : search.nodes[0];
  }
  function move(step) {
    state.step = clamp(step, 0, search.T);
    repaint({ moved: true });
  }
  function stop() {
    state.playing = false;
    clearTimeout(timer);
  }
  function tick() {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (!root.isConnected) return stop();
      move(state.step + 1);
      if (state.step < search.T) return tick();
      stop();
      repaint();
      tell('soon');
    }, 1000 / state.rate);
  }
  /** The end of a search is told as such, so that another search is shown to its own end. */
  const told = () => ({ upto: state.step >= search.T ? null : state.step, node: state.node });
  function tell(when) {
    clearTimeout(settle);
    last = Math.max(Date.now(), last + 1);
    const send = () => {
      sent = JSON.stringify(told());
      window.dispatchEvent(new CustomEvent('s2s-tree-look', { detail: { ...told(), seq: last } }));
    };
    if (when === 'now') send();
    else settle = setTimeout(send, RESTING);
  }
  /** Look at what the server says, unless it answers something that is no longer so, or repeats what we said. */
  const onTold = ({ detail: { upto, node, heard } }) => {
    const news = JSON.stringify({ upto, node });
    if (!search || heard < last || news === sent) return;
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
      say, search, theme, run: { T: search.T, cut: false }, view: { step: state.step }, playing: state.playing, penalty: state.penalty, moved, jumped, resized,
      ranked, chosen, from, path: openPath(from), alive: aliveAt(search, state.step),
      ranks: new Map(ranked.map((node, i) => [node.n, i + 1])), best: new Set(ranked.length ? openPath(ranked[0]).map(({ n }) => n) : []),
    };
    transport.update(model);
    forest.update(model);
    for (const part of parts) part.update(model);
    requestAnimationFrame(() => setTimeout(() => Object.assign(root.dataset, {
      step: state.step, steps: search.T, node: chosen.n, search: search.id, penalty: state.penalty, playing: state.playing, painted: performance.now(),
    })));
  }
  /** Show a search; tell whether it is another one, so that the server has to hear what is looked at now. */
  function open(sent) {
    const another = search && search.id !== sent.id, end = !search || state.step >= search.T;
    search = openSearch(sent);
    state.penalty = search.penalty;
    if (!another) return false;
    stop();
    state.node = 0;
    state.step = end ? search.T : clamp(state.step, 0, search.T);
    return true;
  }
  const ahead = createAhead(root, () => search?.sent, (found) => {
    untold = open(found) && JSON.stringify(told()) !== sent;
    repaint({ moved: true });
  });
  function restyle() {
    const now = readTheme(root);
    if (theme?.key === now.key) return false;
    theme = now;
    attr(root, 'data-theme', theme.dark ? 'dark' : 'light');
    return true;
  }
  function explain() {
    const keys = ['best', 'greedy', 'dead', 'pruned', 'done'];
    legend.replaceChildren(...keys.map((key) => {
      const item = make(null, 'span', '', { 'data-key': key });
      make(item, 'i');
      item.append(say(`legend_${key}`));
      return item;
    }));
  }
  const onKeys = keyHandler(root, act);
  /** Up and down walk through a column, as long as the tree has the focus. */
  const onColumn = (event) => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!by || !forest.within(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const on = chosenNode(), column = search.columns[on.length], to = column[clamp(column.indexOf(on) + by, 0, column.length - 1)];
    act.choose(to.n);
    forest.focus();
  };
  root.addEventListener('keydown', onColumn);
  root.addEventListener('transitionend', (event) => { if (event.target === root && restyle()) repaint(); });
  const onResize = () => repaint({ resized: true, moved: true }); // what was in sight is to stay there
  new ResizeObserver(([{ contentRect }]) => {
    if (contentRect.width === width) return; // its height is ours
    width = contentRect.width;
    onResize();
  }).observe(root);
  const onMoved = () => forest.isDisplaced() && onResize();
  const onFonts = () => {
    theme = null;
    restyle();
    repaint();
  };

  return {
    receive(component) {
      channel = component;
      const { data } = component;
      document.addEventListener('keydown', onKeys);
      ahead.listen();
      window.addEventListener('s2s-tree-told', onTold);
      window.addEventListener('resize', onResize);
      document.fonts.addEventListener('loadingdone', onFonts);
      const before = search, saying = say;
      if (JSON.stringify(data.text) !== words) {
        words = JSON.stringify(data.text);
        say = translator(data.text);
        explain();
      }
      const restyled = restyle(), another = !sameSearch(search?.sent, data.search) && open(data.search);
      if (another || untold) tell('now');
      untold = false;
      // What the server says may be what is shown already, but may have moved us: by the next frame the page has its new sizes.
      if (search !== before || say !== saying || restyled) repaint({ moved: true, resized: !before });
      requestAnimationFrame(onMoved);
      window.dispatchEvent(new CustomEvent('s2s-tree-ask'));
      ahead.rest();
    },
    leave() {
      stop();
      clearTimeout(settle);
      ahead.leave();
      document.removeEventListener('keydown', onKeys);
      window.removeEventListener('s2s-tree-told', onTold);
      window.removeEventListener('resize', onResize);
      document.fonts.removeEventListener('loadingdone', onFonts);
    },
    boxes: forest.boxes,
    /** For tests: the outcomes in the order that the browser gives them. */
    outcomes: (upto, penalty) => rankedAt(search, upto, penalty).map((node) => [node.n, scoreOf(node, penalty)]),
  };
}

export default function (component) {
  const root = component.parentElement.querySelector('.s2s-tree');
  root.tree ??= createTree(root);
  root.tree.receive(component);
  return () => root.tree.leave();
}
