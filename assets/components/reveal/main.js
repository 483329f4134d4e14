// Brings into view what a link names: the element with this key, once, when the page is opened.
import { defineView } from '../lib/mount.js';

const TRIES = 40;

// What is named may be drawn a moment later than this.
function reveal(place, tries = TRIES) {
  const box = document.querySelector(`.st-key-${CSS.escape(place)}`);
  if (box) box.scrollIntoView({ block: 'center' });
  else if (tries) requestAnimationFrame(() => reveal(place, tries - 1));
}

function createView() {
  let isOpen = false;
  return {
    receive({ data }) {
      if (!isOpen && data.place) reveal(data.place);
      isOpen = true;
    },
  };
}

export default defineView('reveal', createView);
