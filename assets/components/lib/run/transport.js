// Reset, Back, Step, Play, To the end, speed, scrubber and the keys that go with them, for a playback.
import { attr, isPlain, make, paintStyle, put, TAKEN } from '../dom.js';
import { SPEEDS } from './playback.js';

/** Tell whether it may be seen how long a run becomes: where that is no secret, or once its end was seen. */
export function isLengthKnown(run, step) {
  if (!run.longest || run.parallel || step >= run.T) run.lengthKnown = true;
  return run.lengthKnown === true;
}

export function createTransport(root, playback) {
  const bar = make(root, 'div', 's2s-transport', { role: 'toolbar' });
  const button = (name, onClick) => {
    const node = make(bar, 'button', `s2s-button s2s-${name}`, { type: 'button' });
    node.onclick = onClick;
    return node;
  };
  const reset = button('reset', () => playback.go(0));
  const back = button('back', () => playback.go(playback.step() - 1));
  const step = button('step', () => playback.go(playback.step() + 1));
  const play = button('play', () => playback.play());
  const end = button('end', () => playback.go(Infinity));
  const speed = make(bar, 'select', 's2s-speed');
  SPEEDS.forEach(([label], i) => { make(speed, 'option', '', { value: i }).textContent = label; });
  speed.value = 1;
  speed.onchange = () => playback.speed(SPEEDS[speed.value][1]);
  const scrub = make(bar, 'input', 's2s-scrub', { type: 'range', min: 0, step: 1 });
  scrub.oninput = () => playback.go(+scrub.value, 'soon');
  const place = make(bar, 'output', 's2s-place', { 'aria-live': 'off' });

  return {
    update({ say, view, run, playing }) {
      put(reset, say('reset'));
      put(back, say('back'));
      put(step, say('step'));
      put(play, say(playing ? 'pause' : 'play'));
      put(end, say('end'));
      for (const [node, key] of [[reset, 'Home'], [back, '←'], [step, '→'], [play, say('space')], [end, 'End']]) attr(node, 'title', say('key', { key }));
      attr(bar, 'aria-label', say('transport'));
      attr(speed, 'aria-label', say('speed'));
      attr(speed, 'title', say('speed'));
      attr(scrub, 'aria-label', say('scrub'));
      reset.disabled = back.disabled = view.step === 0;
      step.disabled = end.disabled = view.step === run.T;
      play.disabled = run.T === 0;
      // As long as the end was not seen, the scrubber reaches as far as the model may write, and what is beyond the end is the end.
      const known = isLengthKnown(run, view.step), most = known ? run.T : run.longest;
      attr(scrub, 'max', most);
      scrub.disabled = run.T === 0;
      if (+scrub.value !== view.step) scrub.value = view.step;
      paintStyle(scrub, '--done', run.T ? String(view.step / most) : '0');
      const text = say(run.cut && view.step === run.T ? 'place_cut' : run.parallel ? 'place_parallel' : known ? 'place' : 'place_open', { step: view.step, of: run.T });
      put(place, text);
      attr(scrub, 'aria-valuetext', text);
    },
  };
}

/** Arrow keys, Home, End, Space and [ ], which are for `onBrackets`: only while nobody else on the page needs them. */
export function keyHandler(root, playback, onBrackets) {
  const keys = {
    ArrowLeft: (when) => playback.go(playback.step() - 1, when),
    ArrowRight: (when) => playback.go(playback.step() + 1, when),
    Home: (when) => playback.go(0, when),
    End: (when) => playback.go(Infinity, when),
    '[': () => onBrackets(-1),
    ']': () => onBrackets(1),
    ' ': () => playback.play(),
  };
  return (event) => {
    const run = keys[event.key];
    const on = event.composedPath()[0];
    if (!run || event.defaultPrevented || !isPlain(event) || event.shiftKey) return;
    if (!(on instanceof Element) || on.closest(TAKEN) || on.isContentEditable) return;
    const inside = root.contains(on);
    if (on.matches('input[type=range]') && (!inside || !'[] '.includes(event.key))) return;
    if (event.key === ' ' && (on.closest('button,a,summary,[role=button],[role=switch],[role=checkbox]') || (!inside && on !== document.body))) return;
    event.preventDefault();
    run(event.repeat ? 'soon' : 'now'); // a held key repaints at once and tells the server when it is let go
  };
}
