// A page is opened at a bare address, to which it then adds what it shows. Both would be places to go back to, and of the bare one nothing
// would come but the full one again: who goes back would stay. So the full address takes the place of the bare one.
const MARK = Symbol.for('s2s-history');

export function fillBareAddress(history = window.history) {
  if (history[MARK]) return;
  history[MARK] = true;
  const push = history.pushState.bind(history);
  history.pushState = (state, title, url) => {
    const to = new URL(url ?? '', location.href);
    const fills = to.pathname === location.pathname && !location.search && to.search;
    if (fills) history.replaceState(state, title, url);
    else push(state, title, url);
  };
}
