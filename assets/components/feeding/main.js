// The rows of one source decoded twice, column by column: what was read, what was written, what the reference's token cost.
import { attr, colour, make, paintStyle, put } from '../lib/dom.js';
import { defineView, notePainted } from '../lib/mount.js';
import { percent, translator, visible } from '../lib/text.js';
import { followTheme } from '../lib/theme.js';

function createFeeding(root) {
  const scroll = make(root, 'div', 's2s-f-scroll'), grid = make(scroll, 'div', 's2s-f-grid'), legend = make(root, 'p', 's2s-f-legend');
  let data, say, channel, theme, drawn = '';

  const nats = (loss) => (loss === null ? '' : loss < 0.005 ? '0.00' : loss.toFixed(loss < 9.95 ? 2 : 1));

  function head() {
    const label = make(grid, 'div', 's2s-f-label s2s-f-head');
    make(label, 'b').textContent = say(data.reference ? 'reference' : 'no_reference');
    make(label, 'span').textContent = say('hint');
    for (let i = 0; i < data.columns; i++) {
      const token = data.reference?.[i] ?? '', step = i + 1, useable = step <= data.steps, chosen = step === data.at;
      const button = make(grid, 'button', 's2s-f-step', {
        type: 'button', 'data-step': step, 'aria-pressed': String(chosen), title: useable ? say(chosen ? 'take_back' : 'put_here', { step }) : say('not_here', { step }),
      });
      button.disabled = !useable;
      make(button, 'small').textContent = step;
      make(button, 'bdi').textContent = visible(token || '·');
      button.onclick = () => channel.setTriggerValue('at', { step: chosen ? 0 : step, seq: Date.now() });
    }
  }

  function describe(place, step) {
    const words = { step, read: visible(place.read), text: visible(place.text), choice: visible(place.choice), expected: visible(place.expected ?? ''), p: percent(place.p) };
    const lines = [say('reads_predicts', { ...words, text: words.choice })];
    if (place.wrong) lines.push(say('was_forced', words));
    else lines.push(say('probability', words));
    if (place.expected !== null) lines.push(say(place.right ? 'is_right' : 'has', words));
    if (place.loss !== null) lines.push(say('loss', { loss: nats(place.loss) }));
    if (place.changed) lines.push(say('changed'));
    return lines.join('\n');
  }

  function cell(place, i) {
    const box = make(grid, 'div', 's2s-f-cell', { 'data-column': i + 1, 'data-at': i + 1 === data.at || null });
    if (!place) return;
    attr(box, 'title', describe(place, i + 1));
    for (const [name, on] of [['wrong', place.wrong], ['miss', place.right === false && !place.wrong], ['changed', place.changed], ['reads-wrong', place.reads_wrong]]) attr(box, `data-${name}`, on || null);
    const read = make(box, 'span', 's2s-f-read');
    make(read, 'bdi').textContent = visible(place.read);
    read.append(' →');
    const chip = make(box, 'span', 's2s-f-chip');
    make(chip, 'bdi').textContent = visible(place.text);
    if (!place.wrong) colour(chip, theme.probability(place.p));
    make(box, 'span', 's2s-f-mark').textContent = place.wrong ? say('mark_wrong') : place.right === false ? `≠ ${visible(place.expected ?? say('nothing'))}` : '';
    const bar = make(make(box, 'span', 's2s-f-bar'), 'i');
    paintStyle(bar, 'height', place.loss === null ? '0' : `${(100 * Math.min(1, place.loss / data.top)).toFixed(1)}%`);
    make(box, 'span', 's2s-f-loss').textContent = nats(place.loss);
  }

  function draw() {
    grid.replaceChildren();
    paintStyle(grid, '--columns', data.columns);
    head();
    for (const [number, { title, rows }] of data.blocks.entries()) {
      make(grid, 'h4', 's2s-f-title', { 'data-block': number }).textContent = title;
      for (const { kind, label, said, places } of rows) {
        const side = make(grid, 'div', 's2s-f-label', { 'data-row': kind, 'data-block': number });
        make(side, 'b').textContent = label;
        make(side, 'span', 's2s-f-said').textContent = said;
        for (let i = 0; i < data.columns; i++) cell(places[i], i);
      }
    }
    put(legend, say('legend', { top: nats(data.top) }));
    drawn = data.id;
    notePainted(root, () => ({ rev: data.id }));
  }
  const restyle = followTheme(root, (now) => { theme = now; }, draw);

  return {
    table: () => ({
      columns: ['block', 'row', 'step', 'read', 'written', 'expected', 'probability', 'loss'],
      rows: data.blocks.flatMap(({ title, rows }) => rows.flatMap(({ label, places }) => places.map((place, i) => place && [title, label, i + 1, visible(place.read), visible(place.text), place.expected, place.p, place.loss]).filter(Boolean))),
    }),
    receive(component) {
      channel = component;
      data = component.data;
      say = translator(data.text);
      if (!restyle() && drawn === data.id) return;
      const focused = root.contains(document.activeElement) ? document.activeElement.dataset.step : null;
      draw();
      if (focused) grid.querySelector(`[data-step="${focused}"]`)?.focus({ preventScroll: true });
    },
  };
}

export default defineView('feeding', createFeeding);
