// The view: keeps what is chosen, paints at once, tells the server afterwards.
import { createAhead } from '../lib/ahead.js';
import { BY_HAND, CAUSAL, PADDING } from '../lib/canvas.js';
import { attr, make } from '../lib/dom.js';
import { createLook, playRun } from '../lib/run/look.js';
import { COLUMNS, tokenRows, weightRows } from '../lib/run/numbers.js';
import { cellOf, maskOf } from '../lib/maps.js';
import { defineView, notePainted } from '../lib/mount.js';
import { comparable, difference, openRun, sameRun } from '../lib/run/run.js';
import { clamp, translator, weightText } from '../lib/text.js';
import { followTheme } from '../lib/theme.js';
import { createTransport, keyHandler } from '../lib/run/transport.js';
import { createDistribution } from './distribution.js';
import { createFocus } from './focus.js';
import { createSound } from './sound.js';
import { createTokens } from './tokens.js';
import { createWall } from './wall.js';

const ATTENTIONS = ['encoder', 'self', 'cross'];

function createView(root) {
  const state = { hover: null };
  let run, pinnedRun, theme, say, channel, model, restyled = true;
  const look = createLook({ run: () => run, settle: settleView, repaint, press: (changes) => act.choose(changes) });
  const playback = playRun(root, look, () => run, repaint);
  const act = {
    view: () => look.view,
    go: (step) => playback.go(step),
    choose({ attention = look.view.attention, layer, head, row }) {
      look.touched = true;
      Object.assign(look.view, { attention, layer: layer ?? look.view.layer, head: head ?? look.view.head });
      if (row !== undefined && attention === 'encoder') look.view.row = row;
      else if (row !== undefined) {
        playback.stop();
        look.view.step = clamp(row + 1, 0, run.T);
      }
      settleView();
      repaint();
      look.tell('now');
    },
    nextHead(by) {
      const total = layersOf(look.view.attention) * run.heads;
      const map = (look.view.layer * run.heads + look.view.head + by + total) % total;
      act.choose({ layer: Math.floor(map / run.heads), head: map % run.heads });
    },
    compare(compare) {
      look.touched = true;
      look.view.compare = compare;
      repaint();
      look.tell('now');
    },
    hover(cell) {
      if (JSON.stringify(cell) === JSON.stringify(state.hover)) return;
      state.hover = cell;
      if (cell?.attention === 'encoder' && cell.row !== null) look.view.row = cell.row;
      if (model.view.attention === 'encoder' && cell?.attention === 'encoder') {
        model.row = model.panels[0].row = look.view.row;
        tokens.update(model);
      }
      focus.point(cell);
      wall.point(cell);
    },
    force: (token) => channel.setTriggerValue('force', { step: look.view.step - 1, token, seq: Date.now() }),
    takeReference: (text) => channel.setTriggerValue('reference', { text, seq: Date.now() }),
    unforce: (step) => channel.setTriggerValue('unforce', { step, seq: Date.now() }),
    describe,
    summary,
  };

  const tokens = createTokens(root, act);
  const sound = createSound(root, act);
  const transport = createTransport(root, playback);
  const middle = make(root, 'div', 's2s-middle');
  const distribution = createDistribution(middle, act);
  const focus = createFocus(middle, act);
  const wall = createWall(root, act);

  const layersOf = (attention) => run.shape[attention === 'encoder' ? 'encoder_layers' : 'decoder_layers'];
  function settleView() {
    const view = look.view;
    if (!ATTENTIONS.includes(view.attention)) view.attention = 'cross';
    view.step = clamp(Math.round(view.step) || 0, 0, run.T);
    view.layer = clamp(view.layer || 0, 0, layersOf(view.attention) - 1);
    view.head = clamp(view.head || 0, 0, run.heads - 1);
    if (!pinnedRun) view.compare = 'b';
    if (view.compare === 'difference' && !comparable(run, pinnedRun)) view.compare = 'b';
    view.row = clamp(view.row || 0, 0, Math.max(0, run.S - 1));
  }

  /** One sentence for a cell: who attends to whom, how much, or why not. */
  function describe({ attention, layer, head, row, col }, named) {
    const { shown, fields, view } = model, field = fields[attention];
    if (row === null || row >= field.rows || col === null || col >= field.cols) return '';
    const place = say('head_title', { attention: say(`name_${attention}`), layer: layer + 1, head: head + 1 });
    const quote = (text) => `“${text}”`;
    const words = {
      query: shown.rowText(attention, row, (reads, predicts) => say('reads_predicts', { reads: quote(reads), predicts: quote(predicts) })),
      key: quote(shown.colText(attention, col)), place: shown.colPlace(attention, col), row: row + 1,
    };
    if (attention === 'encoder') words.query = `${quote(words.query)} (${row + 1})`;
    const kind = maskOf(field, row, col);
    const text = row >= field.liveRows || col >= field.liveCols ? say('cell_missing', { step: view.step })
      : kind ? say(`cell_masked_${kind}`, words)
      : say(field.signed ? 'cell_difference' : 'cell', { ...words, value: weightText(cellOf(field, layer * field.heads + head, row, col), field.signed, field.digits) });
    return named ? `${place} · ${text}` : text;
  }
  /** The current row in words: the token it attends to most. */
  function summary() {
    const { field, row, map, view, layer, head } = model;
    if (row === null || row >= field.liveRows) return say('no_row');
    let best = 0;
    for (let j = 0; j < field.liveCols; j++) if (Math.abs(cellOf(field, map, row, j)) > Math.abs(cellOf(field, map, row, best))) best = j;
    return say(field.signed ? 'most_difference' : 'most', { cell: describe({ attention: view.attention, layer, head, row, col: best }) });
  }

  const ahead = createAhead(root, () => run?.sent, (sent) => {
    run = openRun(sent);
    state.hover = null;
    playback.stop();
    settleView();
    repaint();
  });

  function readModel(resized) {
    const view = look.view;
    const shown = view.compare === 'a' && pinnedRun ? pinnedRun : run;
    const fields = {};
    for (const name of ATTENTIONS)
      fields[name] = view.compare === 'difference' ? difference(run, pinnedRun, name, view.step) : shown.field(name, Math.min(view.step, shown.T));
    const field = fields[view.attention];
    const layer = Math.min(view.layer, field.layers - 1), head = Math.min(view.head, field.heads - 1);
    const current = view.step > 0 ? view.step - 1 : null;
    const rowOf = (name) => (name === 'encoder' ? Math.min(look.view.row, fields.encoder.rows - 1) : current);
    const panels = ATTENTIONS.map((name) => {
      const title = say(name !== 'self' || shown.causal ? `panel_${name}` : shown.parallel ? 'panel_self_parallel' : 'panel_self_open');
      const chosen = name === view.attention ? { layer, head } : null;
      return { name, title, field: fields[name], row: name === 'encoder' && !chosen ? null : rowOf(name), chosen,
        summary: say('panel_summary', { title, layers: fields[name].layers, heads: fields[name].heads, rows: fields[name].rows, cols: fields[name].cols }) };
    });
    const signed = field.signed;
    return {
      say, run, pinnedRun, view, shown, fields, field, layer, head, map: layer * field.heads + head, row: rowOf(view.attention),
      theme, panels, hover: state.hover, playing: playback.playing, resized, restyled, comparable: comparable(run, pinnedRun),
      hint: say(signed ? 'hint_difference' : 'hint_wall'),
      labels: { scale: say(signed ? 'legend_difference' : 'legend_weight'), minus: say('legend_minus'), plus: say('legend_plus'),
        [CAUSAL]: say('mask_causal'), [PADDING]: say('mask_padding'), [BY_HAND]: say('mask_by_hand') },
    };
  }

  function repaint(resized = false) {
    if (!run || !root.isConnected) return;
    model = readModel(resized);
    for (const part of [tokens, sound, transport, distribution, focus, wall]) part.update(model);
    restyled = false;
    notePainted(root, () => {
      const { step, layer, head, attention, compare } = look.view;
      return { step, layer, head, attention, compare, run: run.id, playing: playback.playing };
    });
  }

  const restyle = followTheme(root, (now) => {
    theme = now;
    restyled = true;
  }, () => repaint(true));
  const onKey = keyHandler(root, playback, act.nextHead);
  const onFonts = () => repaint(true);
  new ResizeObserver(() => repaint(true)).observe(root);

  return {
    listeners: [
      ...look.listeners, [document, 'keydown', onKey], [document.fonts, 'loadingdone', onFonts],
    ],
    receive(component) {
      channel = component;
      ahead.listen();
      const { data } = component;
      if (!data?.run) return;
      const before = run, pinnedBefore = pinnedRun;
      if (JSON.stringify(data.text) !== state.words) {
        state.words = JSON.stringify(data.text);
        say = translator(data.text);
        restyled = true;
      }
      if (!sameRun(run?.sent, data.run)) run = openRun(data.run);
      if (!data.pinned) pinnedRun = null;
      else if (!sameRun(pinnedRun?.sent, data.pinned)) pinnedRun = openRun(data.pinned);
      const changed = before && before.id !== run.id;
      if (changed) playback.stop();
      const adopted = look.adopt(data.pushed);
      if (run !== before) state.hover = null;
      settleView();
      attr(root, 'data-pinned', !!pinnedRun || null);
      restyle();
      // An echo of our own view changes nothing: only a refused force is taken back.
      if (run === before && pinnedRun === pinnedBefore && !adopted && !restyled) distribution.update(model);
      else repaint(!pinnedRun !== !pinnedBefore);
      if (!before) window.dispatchEvent(new CustomEvent('s2s-ask-look'));
      else if (changed) look.tell('now');
      ahead.rest();
    },
    leave() {
      playback.stop();
      look.leave();
      ahead.leave();
    },
    table: () => ({ columns: COLUMNS, rows: [...weightRows(model.shown, model.fields), ...tokenRows(run, look.view.step)] }),
    offline: () => ({ ...channel.data, run: { ...channel.data.run, offline: true }, pushed: { ...channel.data.pushed, view: { ...look.view } } }),
  };
}

export default defineView('view', createView);
