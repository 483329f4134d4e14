// Playing what has steps. Whoever goes to a step stops it.

export const SPEEDS = [['0.5×', 1.5], ['1×', 3], ['2×', 6], ['4×', 12]]; // label, steps a second

/** `step` and `last` tell where a view stands, `move` goes elsewhere; `repaint` shows that it plays or not, `tell` is for the server:
    'now', or 'soon', if more is about to come. */
export function createPlayback(root, { step, last, move, repaint, tell = () => {}, rate = SPEEDS[1][1] }) {
  let timer;
  function tick() {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (!root.isConnected) return playback.stop();
      move(step() + 1);
      if (step() < last()) return tick();
      playback.stop();
      repaint();
      tell('soon');
    }, 1000 / rate);
  }
  const playback = {
    playing: false,
    step,
    go(to, when = 'now') {
      playback.stop();
      move(to);
      tell(when);
    },
    play() {
      if (playback.playing) {
        playback.stop();
        repaint();
        return tell('now');
      }
      if (step() >= last()) move(0);
      playback.playing = true;
      repaint();
      tick();
    },
    speed(next) {
      rate = next;
      if (playback.playing) tick();
    },
    stop() {
      playback.playing = false;
      clearTimeout(timer);
    },
  };
  return playback;
}
