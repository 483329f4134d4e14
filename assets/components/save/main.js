// Take along what is seen: a menu below every view, and one for the page. Pictures and tables are made in the browser, from what it has.
import { attr, isPlain, make, put, TAKEN } from '../lib/dom.js';
import { defineView } from '../lib/mount.js';
import { translator } from '../lib/text.js';
import { captionOf } from './caption.js';
import { csvOf, download, downloadBytes, fileName, pngOf } from './files.js';
import { offlinePage, offlineViews } from './offline.js';
import { createRows } from './rows.js';
import { sheetOf } from './sheet.js';
import { chartTable, pageTables } from './tables.js';

const SOURCE = '[class*=st-key-control-source]'; // a page with a source shows a run
const WHOLE = ['html', 'json', 'npz'];
const TYPES = { json: 'application/json', npz: 'application/zip' };

function createSave(root) {
  let data, say, channel, answered = null, waiting = null;
  const open = make(root, 'button', 's2s-save-page', { type: 'button', 'aria-expanded': 'false' });
  const list = make(root, 'div', 's2s-save-list', { hidden: '' });
  const buttons = Object.fromEntries(WHOLE.map((kind) => {
    const button = make(list, 'button', '', { type: 'button', 'data-kind': kind });
    button.onclick = () => ask(kind);
    return [kind, button];
  }));
  const tables = make(list, 'button', '', { type: 'button', 'data-kind': 'tables' });
  tables.onclick = () => download(named('tables', 'csv'), csvOf(...pageTables()), 'text/csv');
  const note = make(list, 'p');
  const showsRun = () => !!document.querySelector(SOURCE);
  /** A file's name: page, model, and of the view what these have not said. */
  const named = (view, kind) => {
    const known = new Set(['view', ...data.page.name.split(/[-_]/)]), rest = view.split(/[-_]/).filter((word) => !known.has(word));
    return fileName([data.page.name, showsRun() ? data.model.name : '', ...rest], kind);
  };
  const rows = createRows(async (target, kind) => {
    const sentences = captionOf(data, showsRun(), say, target.root), name = named(target.name, kind);
    if (kind === 'csv') return download(name, csvOf(target.chart ? chartTable(target.root) : target.table()), 'text/csv');
    const sheet = sheetOf(target.root, sentences);
    if (kind === 'svg') return download(name, sheet.svg, 'image/svg+xml');
    return download(name, await pngOf(sheet.svg, sheet), 'image/png');
  });

  open.onclick = () => {
    attr(list, 'hidden', list.hidden ? null : '');
    attr(open, 'aria-expanded', String(!list.hidden));
    offer();
  };
  /** A page is offered where all that it needs runs in the browser, tables where there are any. */
  function offer() {
    attr(tables, 'hidden', pageTables().length ? null : '');
    attr(buttons.html, 'hidden', offlineViews().length ? null : '');
    for (const kind of ['json', 'npz']) attr(buttons[kind], 'hidden', showsRun() ? null : '');
  }
  function ask(kind) {
    waiting = Date.now();
    const views = kind === 'html' ? offlineViews().map((view) => view.component.data.mounted.view) : [];
    attr(buttons[kind], 'data-waiting', '');
    channel.setTriggerValue('ask', { kind, views: [...new Set(views)], id: waiting });
  }
  async function take({ id, kind, file, scripts, choices }) {
    if (id === answered || id !== waiting) return;
    answered = id;
    attr(buttons[kind], 'data-waiting', null);
    if (kind !== 'html') return downloadBytes(named('trace', kind), file, TYPES[kind]);
    const html = await offlinePage(offlineViews(), scripts, choices, { title: data.page.title, sentences: captionOf(data, showsRun(), say, offlineViews()[0]), language: data.language, note: say('offline_note') });
    download(named('', 'html'), html, 'text/html');
  }
  const onKey = (event) => {
    const on = event.composedPath()[0];
    if (event.key.toLowerCase() !== 's' || event.defaultPrevented || !isPlain(event) || !say || !(on instanceof Element) || on.closest(TAKEN) || on.isContentEditable) return;
    if (rows.openNearest()) event.preventDefault();
  };

  return {
    listeners: [[document, 'keydown', onKey]],
    receive(component) {
      channel = component;
      ({ data } = component);
      say = translator(data.text);
      put(open, say('save_page'));
      attr(open, 'title', say('save_page_title'));
      for (const kind of WHOLE) put(buttons[kind], say(`save_${kind}`));
      put(tables, say('save_tables'));
      put(note, say('save_note', { key: 'S' }));
      offer();
      rows.update(say);
      if (data.answer) take(data.answer);
    },
    leave: rows.leave,
  };
}

export default defineView('save', createSave);
