// On a phone the menu covers the page that was chosen in it, so it is hidden then.

const PHONE = 768; // px, up to which Streamlit lays the sidebar over the page

export function leaveMenu({ target }) {
  if (innerWidth > PHONE || !target.closest?.('[data-testid=stSidebarNavLink]')) return;
  document.querySelector('[data-testid=stSidebarCollapseButton] button')?.click();
}
