// What the switches would show: asked for once nothing has been done for a while, shown the moment a switch is touched.

const REST = 400; // ms without a change after which a view asks for what the switches would show

/** Follows the switches for a view that shows what the server sent as `sent()`, with an id of its own, and `show`s another. */
function createAhead(root, sent, show) {
  let ahead = { of: null, variants: {} }, resting;
  /** A switch was touched: if the server has sent ahead what it will show, show it now; the server's own answer follows.
      Streamlit's switches act on the press of their label and then fire no change event, so it is the click that counts. */
  const onSwitch = ({ target }) => {
    const box = target.closest?.('[class*=st-key-control-]');
    const name = /st-key-control-(\w+)/.exec(box?.className)?.[1];
    const toggle = target.closest?.('label') && box?.querySelector('input[role=switch]:not(:disabled)');
    if (!toggle || target.closest('[data-testid=stTooltipIcon]')) return;
    const before = sent(), next = ahead.of === before?.id && ahead.variants[name];
    if (!next) return;
    ahead = { of: next.id, variants: { [name]: before } };
    show(next);
  };
  const onAhead = ({ detail }) => {
    ahead = detail;
    attr(root, 'data-ahead', detail.of);
    if (detail.of === null) rest(); // whoever passes questions on has only just come
  };
  function rest() {
    clearTimeout(resting);
    const id = sent()?.id;
    if (!id || (ahead.of === id && ahead.whole)) return;
    resting = setTimeout(() => window.dispatchEvent(new CustomEvent('s2s-rest', { detail: id })), REST);
  }
  return {
    rest,
    listen() { // adding the same listener again changes nothing
      window.addEventListener('s2s-ahead', onAhead);
      document.addEventListener('click', onSwitch, true);
    },
    leave() {
      clearTimeout(resting);
      window.removeEventListener('s2s-ahead', onAhead);
      document.removeEventListener('click', onSwitch, true);
    },
  };
}
