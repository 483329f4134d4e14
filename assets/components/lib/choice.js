// A row of buttons of which one is pressed.
import { attr, make, put } from './dom.js';

/** `update` takes [{value, label, title, disabled}] and the chosen value. */
export function createChoice(parent, onChoose) {
  const box = make(parent, 'div', 's2s-choice', { role: 'group' });
  const buttons = [];
  return {
    box,
    update(options, chosen, label) {
      attr(box, 'aria-label', label);
      options.forEach((option, i) => {
        buttons[i] ??= make(box, 'button', '', { type: 'button' });
        buttons[i].onclick = () => onChoose(option.value);
        put(buttons[i], option.label);
        attr(buttons[i], 'title', option.title);
        attr(buttons[i], 'aria-pressed', String(option.value === chosen));
        buttons[i].disabled = !!option.disabled;
      });
      while (buttons.length > options.length) buttons.pop().remove();
    },
  };
}
