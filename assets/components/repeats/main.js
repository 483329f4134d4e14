// Tells the server of a press on an option that is shown as chosen: Streamlit sends none, but another may have been chosen a moment before.
// With it goes what was pressed last on each control until then: the server hears of all that is pressed in one instant, not in which order.
import { keepOnePlaceAPage } from '../lib/history.js';
import { dropGuards, guardPress } from './guard.js';
import { leaveMenu } from './menu.js';

const pressed = {}; // places of options, by the key of their control

export default function ({ setTriggerValue }) {
  keepOnePlaceAPage();
  const onClick = ({ target }) => {
    const box = target.closest?.('[class*=st-key-control-]'), key = /st-key-(control-\w+-\d+)/.exec(box?.className)?.[1];
    const toggle = target.closest?.('label') && box?.querySelector('input[role=switch]:not(:disabled)');
    if (key && toggle) setTimeout(() => guardPress(key, toggle.checked)); // once it has acted
    const option = target.closest?.('[role=radio]');
    if (!key || !option) return;
    const place = [...option.parentElement.querySelectorAll('[role=radio]')].indexOf(option);
    if (option.getAttribute('aria-checked') === 'true') setTriggerValue('press', { key, place, before: { ...pressed } });
    else {
      pressed[key] = place;
      guardPress(key, option.textContent);
    }
  };
  document.addEventListener('click', onClick, true);
  document.addEventListener('click', leaveMenu);
  document.addEventListener('keydown', dropGuards, true);
  return () => {
    document.removeEventListener('click', onClick, true);
    document.removeEventListener('click', leaveMenu);
    document.removeEventListener('keydown', dropGuards, true);
  };
}
