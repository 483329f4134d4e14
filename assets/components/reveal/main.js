// Brings into view what a link names: the element with this key, once, when the page is opened. Whoever leaves the page finds the next one at
// its top: Streamlit 1.67 keeps how far the last one was scrolled.
import { defineView } from '../lib/mount.js';

const TRIES = 40;

// What is named may be drawn a moment later than this.
function reveal(place, tries = TRIES) {
  const box = document.querySelector(`.st-key-${CSS.escape(place)}`);
  if (box) box.scrollIntoView({ block: 'center' });
  else if (tries) requestAnimationFrame(() => reveal(place, tries - 1));
}

function createView(root) {
  let isOpen = false;
  return {
    receive({ data }) {
      if (!isOpen && data.place) reveal(data.place);
      isOpen = true;
    },
    leave() {
      setTimeout(() => { if (!root.isConnected) document.querySelector('[data-testid=stMain]')?.scrollTo(0, 0); });
    },
  };
}

export default defineView('reveal', createView);
