// Writing all at once, pass by pass: the foretold lengths as bars, and what stands at every position after each pass.
import { createAhead } from '../lib/ahead.js';
import { attr, colour, make, paintStyle, put } from '../lib/dom.js';
import { defineView } from '../lib/mount.js';
import { percent, translator, visible } from '../lib/text.js';
import { followTheme } from '../lib/theme.js';

function createPasses(root) {
  const lengths = make(root, 'section', 's2s-p-lengths');
  const lengthsTitle = make(lengths, 'h4'), bars = make(lengths, 'div', 's2s-p-bars', { role: 'group' });
  const grid = make(root, 'section', 's2s-p-grid');
  const gridTitle = make(grid, 'h4'), scroll = make(grid, 'div', 's2s-p-scroll'), table = make(scroll, 'table');
  const legend = make(grid, 'footer');
  let data, say, theme, channel, drawn = '';

  const tell = (name, n) => channel.setTriggerValue(name, { n, seq: Date.now() });

  function drawLengths() {
    const known = data.lengths;
    attr(lengths, 'hidden', !known || null);
    if (!known) return;
    put(lengthsTitle, say('lengths'));
    attr(bars, 'aria-label', say('lengths'));
    const most = Math.max(...known.bars.map(({ p }) => p));
    bars.replaceChildren();
    for (const { n, p } of known.bars) {
      const words = say(n === known.foretold ? 'bar_foretold' : 'bar', { n, p: percent(p) });
      const bar = make(bars, 'button', 's2s-p-bar', { type: 'button', title: words, 'aria-pressed': String(n === known.length), 'data-length': n });
      make(bar, 'span', 's2s-p-share').textContent = p >= 0.0005 ? percent(p).replace(' %', '%') : '';
      paintStyle(make(make(bar, 'span', 's2s-p-track'), 'i'), 'height', `${(100 * p) / most}%`);
      make(bar, 'b').textContent = n;
      attr(bar, 'data-foretold', n === known.foretold || null);
      bar.onclick = () => tell('length', n);
    }
  }

  function cellWords(cell, i, pass) {
    const words = { n: i + 1, pass: pass + 1, token: visible(cell.text), before: visible(cell.before ?? ''), p: percent(cell.p) };
    const kind = cell.cut ? 'cell_cut' : !cell.hidden ? 'cell_kept' : cell.before === null ? 'cell_first' : cell.changed ? 'cell_changed' : 'cell_again';
    return say(kind, words);
  }

  function chipIn(slot, state, text, p, before) {
    const chip = make(slot, 'span');
    if (state === 'written' || state === 'changed') colour(chip, theme.probability(p));
    if (state === 'changed') make(chip, 's').textContent = before;
    make(chip, 'bdi').textContent = text;
  }

  function drawPasses() {
    put(gridTitle, say('grid', { passes: data.passes.length }));
    table.replaceChildren();
    const head = make(make(table, 'thead'), 'tr');
    make(head, 'th');
    const columns = Math.max(...[...data.passes.map(({ cells }) => cells), data.beside?.cells ?? [], ...data.right].map((row) => row.length));
    for (let i = 0; i < columns; i++) make(head, 'th', '', { scope: 'col' }).textContent = i + 1;
    const judge = (row, cells, { correct, kinds }) => {
      for (let i = cells.length; i < columns; i++) make(row, 'td');
      const mark = make(row, 'td', 's2s-p-verdict', { 'data-correct': correct === null ? null : String(correct) });
      if (correct !== null) put(mark, correct ? say('right') : kinds ? say('wrong_kind', { kinds }) : say('wrong'));
    };
    const body = make(table, 'tbody');
    data.passes.forEach((pass, index) => {
      const row = make(body, 'tr', '', { 'data-pass': index + 1, 'aria-selected': String(index === data.chosen) });
      const label = make(make(row, 'th', '', { scope: 'row' }), 'button', '', { type: 'button', 'aria-pressed': String(index === data.chosen), title: say('look', { pass: index + 1 }) });
      label.textContent = say('pass', { pass: index + 1, count: pass.cells.filter((cell) => cell.hidden).length });
      label.onclick = () => tell('pass', index + 1);
      row.onclick = (event) => { if (event.target.closest('button') === null) tell('pass', index + 1); };
      pass.cells.forEach((cell, i) => {
        const state = cell.cut ? 'cut' : !cell.hidden ? 'kept' : cell.changed ? 'changed' : 'written';
        const slot = make(row, 'td', '', { 'data-state': state, title: cellWords(cell, i, index) });
        chipIn(slot, state, visible(cell.text), cell.p, visible(cell.before ?? ''));
      });
      judge(row, pass.cells, pass);
    });
    const plain = (kind, words, cells, verdict) => {
      const row = make(body, 'tr', '', { 'data-row': kind });
      make(make(row, 'th', '', { scope: 'row' }), 'div').textContent = words;
      cells.forEach((cell, i) => {
        const text = cell.text ?? cell, slot = make(row, 'td', '', { 'data-state': kind, title: cell.text ? say('cell_beside', { n: i + 1, token: text, p: percent(cell.p) }) : null });
        chipIn(slot, cell.text ? 'written' : kind, text, cell.p);
      });
      judge(row, cells, verdict);
    };
    if (data.beside) plain('beside', say('beside', { count: data.beside.cells.length, model: data.beside.title }), data.beside.cells, data.beside);
    for (const answer of data.right) plain('right', say('answer'), answer, { correct: null });
    legend.replaceChildren();
    for (const state of ['written', 'changed', 'kept', ...(data.cuts ? ['cut'] : [])]) {
      const item = make(legend, 'span');
      chipIn(make(item, 'span', 's2s-p-key', { 'data-state': state }), state, '2', 0.9, '1');
      make(item, 'span').textContent = say(`key_${state}`);
    }
  }

  function paint() {
    drawLengths();
    drawPasses();
    drawn = data.id;
    attr(root, 'data-drawn', drawn);
  }
  const ahead = createAhead(root, () => data, (next) => {
    data = { ...data, ...next };
    paint();
  });
  const restyle = followTheme(root, (now) => { theme = now; }, () => data && paint());

  return {
    table: () => ({
      columns: ['pass', 'position', 'token', 'probability', 'hidden', 'changed', 'cut'],
      rows: data.passes.flatMap(({ cells }, pass) => cells.map(({ text, p, hidden, changed, cut }, i) => [pass + 1, i + 1, visible(text), p, !!hidden, !!changed, !!cut])),
    }),
    receive(component) {
      channel = component;
      if (!component.data?.passes || ahead.outdated(component.data)) return;
      data = component.data;
      say = translator(data.text);
      ahead.listen();
      ahead.rest();
      if (restyle() || data.id !== drawn) paint();
    },
    leave: ahead.leave,
  };
}

export default defineView('passes', createPasses);
