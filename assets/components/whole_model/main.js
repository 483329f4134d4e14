// The whole model: both stacks with the tensors of this run in every box. Keeps what is chosen, paints at once, tells the server afterwards.
import { createAhead } from '../lib/ahead.js';
import { createChoice } from '../lib/choice.js';
import { attr, make, put } from '../lib/dom.js';
import { createLook, playRun } from '../lib/run/look.js';
import { COLUMNS, tokenRows, weightRows } from '../lib/run/numbers.js';
import { createMessages } from '../lib/messages.js';
import { defineView, notePainted } from '../lib/mount.js';
import { openRun } from '../lib/run/run.js';
import { clamp, translator } from '../lib/text.js';
import { followTheme } from '../lib/theme.js';
import { createTransport, keyHandler } from '../lib/run/transport.js';
import { createArrows } from './arrows.js';
import { createDetails } from './details.js';
import { createOutput } from './output.js';
import { attentionOf, openModel, sideOf } from './parts.js';
import { createStack } from './stack.js';

const SIDES = ['encoder', 'decoder'];

function createView(root) {
  // `open` is the layer of each stack that is drawn at length, `hover` the cell that is pointed at.
  const state = { part: null, open: { encoder: 0, decoder: 0 }, hover: null };
  let run, theme, say, channel, data, words, restyled = true, shownStep = null;
  const messages = createMessages((sent) => channel.setTriggerValue('choose', sent));
  const look = createLook({ run: () => run, settle: settleView, repaint, press: (changes) => act.choose(changes) });
  const playback = playRun(root, look, () => run, repaint);
  const act = {
    go: (step) => playback.go(step),
    /** Look at a part, or at another layer, head or row of it. */
    choose({ part = state.part, layer, head, row }) {
      look.touched = true;
      const side = sideOf(part), view = look.view;
      if (part !== state.part) press({ part });
      state.part = part;
      if (side) view.attention = attentionOf(part, view.attention);
      view.layer = layer ?? (side ? state.open[side] : view.layer);
      if (head !== undefined) view.head = head;
      if (row !== undefined && side === 'encoder') view.row = row;
      settleView();
      if (row !== undefined && side === 'decoder') return playback.go(row + 1);
      repaint();
      look.tell('now');
    },
    mode(mode) {
      press({ mode });
    },
    hover(cell) {
      state.hover = cell;
      details.point(readModel());
    },
    open() {
      const view = { ...look.view };
      channel.setTriggerValue('open', { part: state.part, view, revision: data.pushed.revision, id: Date.now() });
    },
  };
  function press(what) {
    messages.add(what, (each) => Object.keys(what).every((name) => name in each));
    messages.say();
  }
  function nextHead(by) {
    look.touched = true;
    look.view.head = (look.view.head + by + run.heads) % run.heads;
    repaint();
    look.tell('now');
  }

  const top = make(root, 'div', 's2s-wm-top');
  const modes = createChoice(top, act.mode);
  attr(modes.box, 'data-online', '');
  const transport = createTransport(top, playback);
  const todo = make(root, 'p', 's2s-wm-todo');
  const stage = make(root, 'div', 's2s-wm-stage');
  const stacks = Object.fromEntries(SIDES.map((side) => [side, createStack(stage, side, act)]));
  const output = createOutput(stage, act);
  const arrows = createArrows(stage);
  const details = createDetails(root, act);

  function settleView() {
    const view = look.view, layers = run.layers[view.attention === 'encoder' ? 'encoder' : 'decoder'];
    if (!['encoder', 'self', 'cross'].includes(view.attention)) view.attention = 'cross';
    view.step = clamp(Math.round(view.step) || 0, 0, run.T);
    view.layer = clamp(view.layer || 0, 0, layers - 1);
    view.head = clamp(view.head || 0, 0, run.heads - 1);
    view.row = clamp(view.row || 0, 0, run.S - 1);
    state.open[view.attention === 'encoder' ? 'encoder' : 'decoder'] = view.layer;
    for (const side of SIDES) state.open[side] = clamp(state.open[side], 0, run.layers[side] - 1);
    // A layer or a head that was chosen in the sidebar belongs to the attention that was looked at last.
    const side = sideOf(state.part);
    if (side && (side === 'encoder') !== (view.attention === 'encoder')) state.part = view.attention === 'encoder' ? 'encoder.self_attn' : `decoder.${view.attention}_attn`;
    if (!run.has(state.part)) state.part = 'decoder.cross_attn';
  }

  function readModel(resized = false) {
    const view = look.view;
    return { say, run, view, theme, part: state.part, open: state.open, hover: state.hover, playing: playback.playing, doors: data.doors, pages: data.pages, resized, restyled };
  }
  function repaint(resized = false) {
    if (!run || !root.isConnected) return;
    const model = readModel(resized);
    attr(root, 'data-mode', run.mode);
    attr(root, 'data-parallel', run.parallel || null);
    modes.update(['writing', 'training'].map((value) => ({ value, label: say(`mode_${value}`), title: say(run.parallel ? 'mode_parallel' : `mode_${value}_title`), disabled: run.parallel && value === 'training' })), run.mode, say('mode'));
    transport.update(model);
    put(todo, say(`todo_${run.parallel ? 'parallel' : run.mode}`));
    for (const part of [stacks.encoder, stacks.decoder, output, details]) part.update(model);
    arrows.update(model, stacks, output);
    if (shownStep !== null && run.isStepwise && look.view.step === shownStep + 1) arrows.fly(output, stacks.decoder, run.steps[shownStep - 1]?.predicts);
    shownStep = look.view.step;
    restyled = false;
    notePainted(root, () => {
      const { step, layer, head, attention, row } = look.view;
      const shown = { step, layer, head, attention, row, run: run.id, part: state.part, playing: playback.playing };
      return { ...shown, rev: Object.values(shown).join(' ') };
    });
  }

  const ahead = createAhead(root, () => run?.sent, (sent) => {
    run = openModel(openRun(sent));
    state.hover = null;
    playback.stop();
    settleView();
    repaint();
  });
  const restyle = followTheme(root, (now) => {
    theme = now;
    restyled = true;
  }, () => repaint(true));
  const onFonts = () => repaint(true);
  new ResizeObserver(() => repaint(true)).observe(root);

  return {
    listeners: [...look.listeners, [document, 'keydown', keyHandler(root, playback, nextHead)], [document.fonts, 'loadingdone', onFonts]],
    receive(component) {
      channel = component;
      ahead.listen();
      if (!component.data?.run) return;
      const before = run;
      ({ data } = component);
      if (JSON.stringify(data.text) !== words) {
        words = JSON.stringify(data.text);
        say = translator(data.text);
        restyled = true;
      }
      if (run?.id !== data.run.id) {
        run = openModel(openRun(data.run));
        state.hover = null;
        shownStep = null;
      }
      if (messages.hear(data.reply_to)) state.part = data.part; // else what was pressed last is still on its way
      if (before && before.id !== run.id) playback.stop();
      const adopted = look.adopt(data.pushed);
      settleView();
      restyle();
      if (run !== before || adopted || restyled || data.part !== root.dataset.part) repaint();
      if (!before) window.dispatchEvent(new CustomEvent('s2s-ask-look'));
      else if (before.id !== run.id) look.tell('now');
      ahead.rest();
    },
    leave() {
      playback.stop();
      look.leave();
      ahead.leave();
      messages.leave();
    },
    table() {
      const { step } = look.view, fields = Object.fromEntries(['encoder', 'self', 'cross'].map((name) => [name, run.field(name, step)]));
      return { columns: COLUMNS, rows: [...weightRows(run, fields), ...SIDES.flatMap((side) => stacks[side].rows()), ...tokenRows(run, step)] };
    },
    offline: () => ({ ...data, run: run.sent, part: state.part, pushed: { ...data.pushed, view: { ...look.view } } }),
  };
}

export default defineView('whole', createView);
