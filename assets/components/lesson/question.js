// A question with options; each, once it is pressed, shows its answer.
import { attr, make } from '../lib/dom.js';
import { putMarked } from './marks.js';

/** `onAnswer` takes the place of a pressed option and whether it is right. */
export function createQuestion(parent, onAnswer) {
  const asked = make(parent, 'p', ''), options = make(parent, 'div', 's2s-l-options'), answer = make(parent, 'p', 's2s-l-answer', { 'aria-live': 'polite' });
  let last = null;
  return {
    paint(question, answers) {
      putMarked(asked, question.text);
      if (!answers.size) last = null;
      question.options.forEach(({ text, right = false }, place) => {
        const button = options.children[place] ?? make(options, 'button', '', { type: 'button' });
        putMarked(button, text);
        attr(button, 'data-right', answers.has(place) ? String(right) : null);
        attr(button, 'aria-pressed', String(place === last));
        button.onclick = () => {
          last = place;
          onAnswer(place, right);
        };
      });
      while (options.children.length > question.options.length) options.lastChild.remove();
      answer.hidden = last === null;
      if (last !== null) putMarked(answer, question.options[last].answer);
      attr(answer, 'data-right', last === null ? null : String(question.options[last].right ?? false));
    },
  };
}
