// Tells the server of a press on an option that is shown as chosen: Streamlit sends none, but another may have been chosen a moment before.
// With it goes what was pressed last on each control until then: the server hears of all that is pressed in one instant, not in which order.
const pressed = {}; // places of options, by the key of their control

export default function ({ setTriggerValue }) {
  const listen = ({ target }) => {
    const option = target.closest?.('[role=radio]');
    const key = /st-key-(control-\w+-\d+)/.exec(option?.closest('[class*=st-key-control-]')?.className)?.[1];
    if (!key) return;
    const place = [...option.parentElement.querySelectorAll('[role=radio]')].indexOf(option);
    if (option.getAttribute('aria-checked') === 'true') setTriggerValue('press', { key, place, before: { ...pressed } });
    else pressed[key] = place;
  };
  document.addEventListener('click', listen, true);
  return () => document.removeEventListener('click', listen, true);
}
