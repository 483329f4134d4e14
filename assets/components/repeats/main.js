// Tells the server of a press on an option that is shown as chosen: Streamlit sends none, but another may have been chosen a moment before.
import { keepOnePlaceAPage } from '../lib/history.js';

export default function ({ setTriggerValue }) {
  keepOnePlaceAPage();
  const listen = ({ target }) => {
    const option = target.closest?.('[role=radio][aria-checked=true]');
    const key = /st-key-(control-\w+-\d+)/.exec(option?.closest('[class*=st-key-control-]')?.className)?.[1];
    if (key) setTriggerValue('press', { key, place: [...option.parentElement.querySelectorAll('[role=radio]')].indexOf(option) });
  };
  document.addEventListener('click', listen, true);
  return () => document.removeEventListener('click', listen, true);
}
