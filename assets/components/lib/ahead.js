// What the controls would show: asked for once nothing has been done for a while, shown the moment a control is pressed.
import { attr } from './dom.js';

const REST = 400; // ms without a change after which a view asks for what the controls would show

/** Follows the controls for a view that shows what the server sent as `sent()`, with an id of its own, and `show`s another. */
export function createAhead(root, sent, show) {
  let ahead = { of: null, variants: {} }, unanswered = null, asked = null, patience = REST, resting;
  /** Something was pressed: if the server has sent ahead what that will show, show it now; its own answer follows.
      `back` is what takes the press back. */
  function press(key, back) {
    const before = sent(), next = ahead.of === before?.id && ahead.variants[key];
    if (!next) return;
    ahead = { of: next.id, variants: back ? { [back]: before } : {} };
    unanswered = before.presses;
    show(next);
  }
  /** Streamlit's switches act on the press of their label and then fire no change event, so it is the click that counts. */
  const onPress = ({ target }) => {
    const box = target.closest?.('[class*=st-key-control-]'), options = [...(box?.querySelectorAll('[role=radio]') ?? [])];
    const name = /st-key-control-(\w+)/.exec(box?.className)?.[1], chosen = target.closest?.('button, [role=radio]');
    const explains = !chosen && target.closest?.('[data-testid=stTooltipIcon]'); // a button stands within its own explanation
    const toggle = !explains && target.closest?.('label') && box?.querySelector('input[role=switch]:not(:disabled)');
    if (!(toggle || chosen)) return;
    const place = (option) => `${name}:${Math.max(0, options.indexOf(option))}`;
    const back = toggle || options.find((option) => option.getAttribute('aria-checked') === 'true');
    press(place(chosen), back && place(back));
  };
  const onAhead = ({ detail }) => {
    ahead = detail;
    attr(root, 'data-ahead', detail.whole ? detail.of : null);
    if (detail.whole) return;
    if (detail.of) patience *= 2; // the server had no time to spare, or not enough
    rest(); // without an `of`, whoever passes questions on has only just come
  };
  function rest() {
    clearTimeout(resting);
    const id = sent()?.id;
    if (!id || (ahead.of === id && ahead.whole)) return;
    if (id !== asked) patience = REST;
    asked = id;
    resting = setTimeout(() => window.dispatchEvent(new CustomEvent('s2s-rest', { detail: id })), patience);
  }
  return {
    press,
    rest,
    /** Tell whether the server repeats what it said before a press that is shown already and that it has yet to answer. */
    outdated({ id, presses }) {
      if (id !== sent()?.id && unanswered !== null && presses === unanswered) return true;
      unanswered = null;
      return false;
    },
    listen() { // adding the same listener again changes nothing
      window.addEventListener('s2s-ahead', onAhead);
      document.addEventListener('click', onPress, true);
    },
    leave() {
      clearTimeout(resting);
      window.removeEventListener('s2s-ahead', onAhead);
      document.removeEventListener('click', onPress, true);
    },
  };
}
