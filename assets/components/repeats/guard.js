// Keeps what was pressed. While a page is drawn anew, Streamlit 1.67 now and then puts a switch or an option back as it was, though nobody
// pressed it and the server did not decide so: that always comes as another widget, with another key. What is found so is pressed again.

const LOOK = 300, LONGEST = 10_000; // ms between two looks, and after which a press is taken for granted
const MOST = 2; // times that a press is made again
const expected = new Map(); // by the key of a control: since when, what is to be seen there, how often it was not, how often it was pressed again
let timer = null, pressing = null;

const textOf = (option) => option.textContent;

/** What is to be pressed if a control does not show what was pressed last; null if it does, undefined if that is not there. */
function missing(key, { wanted }) {
  const box = document.querySelector(`.st-key-${CSS.escape(key)}`), toggle = box?.querySelector('input[role=switch]');
  if (toggle) return toggle.checked === wanted || toggle.disabled ? null : toggle;
  const options = [...(box?.querySelectorAll('[role=radio]') ?? [])];
  if (!options.some((option) => option.getAttribute('aria-checked') === 'true')) return undefined; // the server took the choice away
  const option = options.find((each) => textOf(each) === wanted); // by its text: options before it may come and go
  return option?.getAttribute('aria-checked') === 'true' ? null : option;
}
function look() {
  for (const [key, press] of expected) {
    const node = missing(key, press);
    press.missed = node ? press.missed + 1 : 0;
    if (node === undefined || performance.now() - press.since > LONGEST) expected.delete(key);
    else if (press.missed === 2) pressAgain(key, press, node); // seen twice, so that it is no picture that has yet to be drawn
  }
  timer = expected.size ? setTimeout(look, LOOK) : null;
}
function pressAgain(key, press, node) {
  pressing = { key, again: press.again + 1 };
  node.click();
  setTimeout(() => { pressing = null; });
}
/** Expect a control to show what was pressed there just now: an option, by its text, or that a switch is on or off. */
export function guardPress(key, wanted) {
  const again = pressing?.key === key ? pressing.again : 0;
  if (again > MOST) expected.delete(key);
  else expected.set(key, { wanted, since: performance.now(), missed: 0, again });
  timer ??= setTimeout(look, LOOK);
}
/** Expect nothing any more: keys change options without a press. */
export const dropGuards = () => expected.clear();
