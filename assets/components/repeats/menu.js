// On a phone the menu covers the page that was chosen in it, so it is hidden then.

const PHONE = 768; // px, up to which Streamlit lays the sidebar over the page

export function leaveMenu({ target }) {
  if (target.closest?.('[data-testid=stSidebarNavLink]')) hideMenu();
}

/** Hide the menu if a page was chosen in it before anybody listened: it is not the one that the browser opened. */
export function leaveMenuOfAnEarlierChoice() {
  const [opened] = performance.getEntriesByType('navigation');
  if (opened && new URL(opened.name).pathname !== location.pathname) hideMenu();
}

function hideMenu() {
  if (innerWidth <= PHONE) document.querySelector('[data-testid=stSidebarCollapseButton] button')?.click();
}
