// Typing into a cell: Enter keeps the number, Escape the old one, and what is no number is explained while it stays to be corrected.
import { attr, make, paintStyle } from '../lib/dom.js';
import { trimmed, valueAt } from '../lib/matrix.js';

/** The number that a text writes, or null; commas and true minus signs are as good as points and hyphens. */
function numberOf(text) {
  const plain = text.trim().replace(',', '.').replace('−', '-');
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain) ? Number(plain) : null;
}

export function createEditor(act) {
  const field = make(null, 'input', 's2s-b-field', { type: 'text', inputmode: 'decimal', autocomplete: 'off', spellcheck: 'false' });
  let cell = null, node = null, was = '';

  function check() {
    const number = numberOf(field.value), { limit } = node.panel;
    const wrong = number === null ? 'not_a_number' : Math.abs(number) > limit ? 'too_large' : null;
    attr(field, 'aria-invalid', wrong ? 'true' : null);
    if (wrong) act.complain(wrong, { text: field.value.slice(0, 20), limit, old: was });
    return wrong ? null : number;
  }
  function close(refocus) {
    const left = node;
    cell = node = null;
    field.remove();
    if (refocus) left.over.focus({ preventScroll: true });
  }
  function keep(refocus) {
    if (!node) return true;
    if (field.value === was) return close(refocus), true;
    const number = check();
    if (number === null) return false;
    const edited = cell;
    close(refocus);
    act.edit(edited, number);
    act.settle();
    return true;
  }
  field.onkeydown = (event) => {
    event.stopPropagation();
    const down = { ArrowUp: -1, ArrowDown: 1 }[event.key], from = cell;
    if (event.key === 'Escape') close(true), act.withdraw(), act.point(from);
    else if (event.key === 'Enter' && keep(true)) act.point(from);
    else if (down && keep(true)) act.move(from, down, 0);
    else return;
    event.preventDefault();
  };
  field.oninput = () => (attr(field, 'aria-invalid', null), act.withdraw());
  field.onblur = () => keep(false) || close(false); // the sentence about what was wrong stays for now

  return {
    open(next, of, label, typed) {
      if (node && !keep(false)) close(false);
      cell = next;
      node = of;
      was = trimmed(String(Number(valueAt(node.panel, cell.row, cell.col).toPrecision(6))));
      field.value = typed ?? was;
      const { x, y, width, height } = node.where(cell.row, cell.col);
      for (const [name, size] of Object.entries({ left: x - 6, top: y - 2, width: width + 12, height: height + 3 })) paintStyle(field, name, size + 'px');
      attr(field, 'aria-label', label);
      attr(field, 'aria-invalid', null);
      node.stage.append(field);
      field.focus({ preventScroll: true });
      if (typed === undefined) field.select();
    },
    get cell() { return cell; },
  };
}
