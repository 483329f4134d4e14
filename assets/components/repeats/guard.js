// Keeps what was pressed. While a page is drawn anew, Streamlit 1.67 now and then puts a switch or an option back as it was, though nobody
// pressed it and the server did not decide so; and of two options that a busy browser sends in one message, the server may hear the first
// one last. What is found so is pressed again.

const LOOK = 300, LONGEST = 10_000; // ms between two looks, and after which a press is taken for granted
const MOST = 2; // times that a press is made again
// By the name of a control: the key of what was pressed, what is to be seen there, since when, how often it was not, how often it was pressed
// again, and whether it is the last word: then nothing pressed since can have changed it, and it stands in whatever widget the control is now.
const expected = new Map();
let timer = null, pressing = null;

const LANGUAGE = 'control-language'; // changes texts alone

const nameOf = (key) => key.replace(/-\d+$/, '');
const language = () => document.documentElement.lang;
/** What is expected of an option: its text, by which it is found (options before it may come and go), and, in another language, its place. */
export const optionPressed = (option) => ({ text: option.textContent, place: optionsOf(option.parentElement).indexOf(option), language: language() });
const optionsOf = (box) => [...(box?.querySelectorAll('[role=radio]') ?? [])];
const find = (options, { text, place, language: spoken }) => (spoken === language() ? options.find((each) => each.textContent === text) : options[place]);

function boxOf(name, { key, isLast }) {
  if (!isLast) return document.querySelector(`.st-key-${CSS.escape(key)}`);
  const pattern = new RegExp(`st-key-${name}-\\d+(?:\\s|$)`);
  return [...document.querySelectorAll(`[class*="st-key-${name}-"]`)].filter((box) => pattern.test(box.className)).at(-1);
}
/** What is to be pressed if a control does not show what was pressed last; null if it does, undefined if that is not there. */
function missing(name, press) {
  const box = boxOf(name, press), toggle = box?.querySelector('input[role=switch]');
  if (toggle) return toggle.checked === press.wanted || toggle.disabled ? null : toggle;
  if (!box && typeof press.wanted === 'boolean') return null; // it belongs to the run, and comes back in a view that has it
  const options = optionsOf(box), isChosen = (option) => option.getAttribute('aria-checked') === 'true';
  if (!press.isLast && !options.some(isChosen)) return undefined; // the server took the choice away
  const option = find(options, press.wanted);
  return option && isChosen(option) ? null : option;
}
function look() {
  for (const [name, press] of expected) {
    const node = missing(name, press);
    press.missed = node ? press.missed + 1 : 0;
    if (node === undefined || performance.now() - press.since > LONGEST) expected.delete(name);
    else if (press.missed === 2) pressAgain(name, press, node); // seen twice, so that it is no picture that has yet to be drawn
  }
  timer = expected.size ? setTimeout(look, LOOK) : null;
}
function pressAgain(name, press, node) {
  pressing = { name, again: press.again + 1 };
  node.click();
  setTimeout(() => { pressing = null; });
}
/** Expect a control to show what was pressed there just now: an option, as `optionPressed` tells of it, or that a switch is on or off. */
export function guardPress(key, wanted) {
  const name = nameOf(key), again = pressing?.name === name ? pressing.again : 0;
  if (typeof wanted === 'object' && name !== LANGUAGE && !again) yieldGuards(); // an option may change what the others show
  if (again > MOST) expected.delete(name);
  else expected.set(name, { key, wanted, since: performance.now(), missed: 0, again, isLast: true });
  timer ??= setTimeout(look, LOOK);
}
/** What was pressed until now may be changed by what was pressed just now. */
export function yieldGuards() {
  for (const press of expected.values()) press.isLast = false;
}
/** Expect nothing any more: keys change options without a press, and the browser's Back and Forward lead to what was before. */
export const dropGuards = () => expected.clear();
