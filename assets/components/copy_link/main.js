// Copies the address of what is shown; where the browser has no clipboard (plain http), the address is selected to be copied by hand.
import { defineView } from '../lib/mount.js';

export default defineView('copy', (button) => ({
  receive({ data: { label, done, title } }) {
    Object.assign(button, { type: 'button', textContent: label, title });
    button.onclick = async () => {
      try {
        await navigator.clipboard.writeText(location.href);
        button.textContent = done;
        setTimeout(() => { button.textContent = label; }, 1500);
      } catch {
        prompt(title, location.href);
      }
    };
  },
}), 'button');
