// What the browser's Back leads to: each page once, with what it showed. Streamlit 1.67 opens a page at a bare address and then adds what it
// shows: two places to go back to, and who goes back to the bare one stays. Or, if that comes sooner, it adds what the new page shows to the
// address of the old one, and then opens the new page: who goes back finds the old page with what the new one showed.
// A link that asks for something is opened with what it asks for, which is then written as this page writes it: two places again.
const MARK = Symbol.for('s2s-history');

export function keepOnePlaceAPage() {
  if (history[MARK]) return;
  history[MARK] = true;
  const push = history.pushState.bind(history);
  let asked = null;
  history.pushState = (state, title, url) => {
    const to = new URL(url ?? '', location.href), isSamePage = to.pathname === location.pathname;
    const isAsked = !location.search || location.search === asked;
    const fills = isSamePage && isAsked && to.search, moves = !isSamePage && to.search && to.search === location.search;
    asked = isSamePage || moves ? null : to.search;
    if (fills || moves) history.replaceState(state, title, url);
    else push(state, title, url);
  };
}
