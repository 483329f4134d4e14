// Tells the server of a press on an option that is shown as chosen: Streamlit sends none, but another may have been chosen a moment before.
// With it goes what was pressed last on each control until then: the server hears of all that is pressed in one instant, not in which order.
// It listens for as long as the app is open: while a page is drawn anew this component goes and comes, and what is pressed between counts too.
import { keepOnePlaceAPage } from '../lib/history.js';
import { dropGuards, guardPress, optionPressed, yieldGuards } from './guard.js';
import { leaveMenu, leaveMenuOfAnEarlierChoice } from './menu.js';

const LISTENER = Symbol.for('s2s-repeats');
// So it is told of one that is pressed together with one of another control, too: both come in one message, in the order of the widgets.
const TOGETHER = 100; // ms

/** Begin to listen; returns a function that takes the way to the server, and returns what gives that way up. */
function listen() {
  const pressed = {}; // places of options, by the key of their control
  let last = { key: null, at: -Infinity }, send = null, waiting = null;
  const onClick = ({ target }) => {
    const box = target.closest?.('[class*=st-key-control-]'), key = /st-key-(control-\w+-\d+)/.exec(box?.className)?.[1];
    const toggle = target.closest?.('label') && box?.querySelector('input[role=switch]:not(:disabled)');
    // Pressed itself, it has moved already, and may be put back at once; a press on its label moves it later, one on Help never.
    if (key && toggle && !target.closest('button')) guardPress(key, toggle.checked === (target === toggle));
    const option = target.closest?.('[role=radio]');
    if (!toggle && !option) yieldGuards();
    if (!key || !option) return;
    const wanted = optionPressed(option);
    const isChosen = option.getAttribute('aria-checked') === 'true', now = performance.now();
    if (waiting?.key === key) waiting = null;
    guardPress(key, wanted);
    if (!isChosen) pressed[key] = wanted.place;
    if (isChosen || (last.key !== key && now - last.at < TOGETHER)) {
      const press = { key, place: wanted.place, before: { ...pressed } };
      if (send) send('press', press);
      else waiting = press;
    }
    last = { key, at: now };
  };
  document.addEventListener('click', onClick, true);
  document.addEventListener('click', leaveMenu);
  leaveMenuOfAnEarlierChoice();
  document.addEventListener('keydown', dropGuards, true);
  addEventListener('popstate', dropGuards);
  return (reach) => {
    send = reach;
    if (waiting) send('press', waiting);
    waiting = null;
    return () => {
      if (send === reach) send = null;
    };
  };
}

export default function ({ setTriggerValue }) {
  keepOnePlaceAPage();
  return (document[LISTENER] ??= listen())(setTriggerValue);
}
