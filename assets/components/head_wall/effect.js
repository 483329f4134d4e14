// The example's output, with all heads and without the silenced ones: a row a run, a column a step.
import { attr, colour, make, put } from '../lib/dom.js';

export function createEffect(root, act) {
  const box = make(root, 'section', 's2s-hw-effect');
  const head = make(box, 'header'), sentence = make(head, 'p', '', { 'aria-live': 'polite' });
  const clear = make(head, 'button', 's2s-hw-clear', { type: 'button', 'data-online': '' });
  const room = make(box, 'div', 's2s-hw-room', { tabindex: 0 }), table = make(room, 'table');
  const extra = make(box, 'p', 's2s-hw-note');
  clear.onclick = () => act.clear();

  return {
    update({ said, measured, rows, any }, theme, say) {
      put(sentence, said);
      attr(sentence, 'title', said);
      put(extra, measured);
      put(clear, say('clear'));
      clear.disabled = !any;
      table.replaceChildren(...rows.map(({ label, title, name, cells }) => {
        const line = make(null, 'tr', '', { 'data-run': name });
        make(line, 'th', '', { scope: 'row', title }).textContent = label;
        for (const { text, share, percent: shown, differs, title: words } of cells) {
          const cell = make(line, 'td', '', { title: words, 'data-differs': differs || null });
          const paint = theme.probability(share ?? 0);
          if (text) make(cell, 'b').textContent = text;
          make(cell, 'span').textContent = shown;
          colour(cell, share === null ? { ...paint, ink: theme.quiet } : paint);
        }
        return line;
      }));
    },
  };
}
