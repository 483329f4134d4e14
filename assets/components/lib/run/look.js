// What of a run is looked at: changed here at once, told to the server afterwards (s2s-view), and taken from the server where it has decided
// since (s2s-look). Each side says how much it had heard, so neither takes what is older than what it has since decided; the link between
// them is the view `follow`.

import { clamp } from '../text.js';
import { createPlayback } from './playback.js';

const SETTLE = 250; // ms after which a scrub, a held key or a pause is told to the server

/** `run` returns the run that is shown, `settle` brings what is looked at within it, `press` takes a press on the layer's or the head's control. */
export function createLook({ run, settle, repaint, press }) {
  let revision = null, pressed = {}, timer = null, lastId = 0;
  const look = {
    view: null,
    touched: false, // whether the visitor has done something here since the view is there
    tell(when) {
      stop();
      const send = () => {
        timer = null;
        lastId = Math.max(lastId + 1, Date.now()); // grows, also when the view is made anew
        const values = Object.fromEntries(Object.entries(pressed).map(([name, { value }]) => [name, value]));
        window.dispatchEvent(new CustomEvent('s2s-view', { detail: { id: lastId, run: run().id, view: { ...look.view }, revision, pressed: values } }));
      };
      if (when === 'now') send();
      else timer = setTimeout(send, SETTLE);
    },
    /** Look at what the server has decided since we last heard of it, but for what repeats a press that was taken here, or was decided
        before the server knew of that press. */
    adopt({ view, decided, revision: newest, after }) {
      if (look.view && newest === revision) return false;
      stop();
      const known = revision ?? -1, news = {};
      const stands = (name) => pressed[name] && (pressed[name].value === view[name] || pressed[name].id > after);
      for (const name of Object.keys(view))
        if (!look.view || (decided[name] ?? 0) > known && !stands(name)) news[name] = view[name];
      look.view = { ...look.view, ...news };
      revision = newest;
      return true;
    },
    leave: stop,
  };
  function stop() {
    clearTimeout(timer);
    timer = null;
  }
  function onLook({ detail }) {
    if (!run()) return;
    const adopted = look.adopt(detail), resumed = detail.fresh && !look.touched;
    if (resumed) look.view = { ...detail.last };
    if (adopted || resumed) {
      settle();
      repaint();
    }
    if (detail.answered) pressed = {}; // all that we said was heard
    if (detail.fresh || (detail.answered && timer === null)) look.tell('now'); // which goes on only if something else was drawn
  }
  /** A press on the layer's or the head's control is taken here, in the order of all else that is pressed; the server hears it from us. */
  function onControl({ target }) {
    const option = target.closest?.('[role=radio]'), box = option?.closest('[class*=st-key-control-]');
    const name = /st-key-control-(layer|head)-/.exec(box?.className)?.[1];
    if (!name || !run()) return;
    const value = [...box.querySelectorAll('[role=radio]')].indexOf(option);
    if (look.view[name] === value) return;
    pressed[name] = { value, id: Infinity };
    press({ [name]: value }); // which tells the server
    pressed[name].id = lastId;
  }
  // A press is heard before the control itself acts, whichever of the two events comes first.
  look.listeners = [[window, 's2s-look', onLook], [document, 'pointerup', onControl, true], [document, 'click', onControl, true]];
  return look;
}

/** Playing a run whose step is looked at. */
export function playRun(root, look, run, repaint) {
  const shown = () => {
    look.touched = true;
    repaint();
  };
  const move = (step) => {
    look.view.step = clamp(step, 0, run().T);
    shown();
  };
  return createPlayback(root, { step: () => look.view.step, last: () => run().T, move, repaint: shown, tell: look.tell });
}
