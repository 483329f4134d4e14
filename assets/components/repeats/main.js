// Tells the server of a press on an option that is shown as chosen: Streamlit sends none, but another may have been chosen a moment before.
// And it hides the menu of a phone once a page is chosen.
const PHONE = 768; // px, up to which Streamlit lays the sidebar over the page

export default function ({ setTriggerValue }) {
  const listen = ({ target }) => {
    const option = target.closest?.('[role=radio][aria-checked=true]');
    const key = /st-key-(control-\w+-\d+)/.exec(option?.closest('[class*=st-key-control-]')?.className)?.[1];
    if (key) setTriggerValue('press', { key, place: [...option.parentElement.querySelectorAll('[role=radio]')].indexOf(option) });
  };
  // On a phone the menu covers the page that was chosen in it.
  const leaveMenu = ({ target }) => {
    if (innerWidth > PHONE || !target.closest?.('[data-testid=stSidebarNavLink]')) return;
    document.querySelector('[data-testid=stSidebarCollapseButton] button')?.click();
  };
  document.addEventListener('click', listen, true);
  document.addEventListener('click', leaveMenu);
  return () => {
    document.removeEventListener('click', listen, true);
    document.removeEventListener('click', leaveMenu);
  };
}
