// The film of a training run: every head of one attention after a step, with what the model wrote then. Scrubbing asks no server.
// The data: {id, live, frames: [{step, output, right}], weights: {name: {shape: [N, L, H, R, C], bytes}}, source, target, read, text}.
import { bytesOf } from '../lib/bytes.js';
import { sized } from '../lib/canvas.js';
import { createChoice } from '../lib/choice.js';
import { attr, make, put, resize } from '../lib/dom.js';
import { cellOf, paintHeads } from '../lib/maps.js';
import { defineView } from '../lib/mount.js';
import { COLUMNS } from '../lib/run/numbers.js';
import { createPlayback } from '../lib/run/playback.js';
import { clamp, translator, visible } from '../lib/text.js';
import { followTheme } from '../lib/theme.js';

const RATE = 11; // frames a second

function createFilm(root) {
  const head = make(root, 'div', 's2s-film-head');
  const choice = createChoice(head, (name) => { state.attention = name; draw(); });
  const sentence = make(head, 'div', 's2s-film-said', { 'aria-live': 'off' });
  const stage = make(root, 'div', 's2s-film-stage');
  const canvas = make(stage, 'canvas', '', { role: 'img' });
  const bar = make(root, 'div', 's2s-film-bar');
  const play = make(bar, 'button', '', { type: 'button', 'data-unsaved': '' });
  const slider = make(bar, 'input', '', { type: 'range', min: 0, step: 1 });
  const at = make(bar, 'output', '');
  const state = { attention: 'cross', frame: null, data: null, say: null, theme: null };

  const last = () => state.data.frames.length - 1;
  const index = () => (state.frame === null ? last() : Math.min(state.frame, last()));
  const playback = createPlayback(root, {
    step: index,
    last,
    move(frame) {
      state.frame = frame >= last() ? null : frame;
      draw();
    },
    repaint: draw,
    rate: RATE,
  });
  slider.oninput = () => playback.go(Number(slider.value));
  play.onclick = playback.play;

  function labels(name) {
    if (name === 'encoder') return [state.data.source, state.data.source];
    return name === 'self' ? [state.data.target, state.data.read] : [state.data.target, state.data.source];
  }
  function field(name) {
    const { shape, data } = state.weights[name];
    const [, layers, heads, rows, cols] = shape, size = layers * heads * rows * cols;
    const values = data.subarray(index() * size, (index() + 1) * size);
    return { data: values, layers, heads, rows, cols, height: rows, width: cols, liveRows: rows, liveCols: cols, mask: null, signed: false };
  }
  function draw() {
    const { data, say } = state, frame = data.frames[index()];
    choice.update(['encoder', 'self', 'cross'].map((name) => ({ value: name, label: say(`attention_${name}`) })), state.attention, say('attention'));
    sentence.replaceChildren();
    make(sentence, 'span').textContent = say('reads', { source: data.source.join('') });
    const written = make(sentence, 'b', frame.right ? 's2s-good' : 's2s-wrong');
    written.textContent = frame.output === '' ? say('nothing') : frame.output;
    make(sentence, 'span').textContent = frame.right ? say('right') : say('expected', { reference: data.reference });
    bar.hidden = data.live;
    slider.max = last();
    slider.value = index();
    attr(slider, 'aria-label', say('scrub'));
    put(play, say(playback.playing ? 'pause' : 'play'));
    put(at, say('step', { step: frame.step, last: data.frames[last()].step }));
    paint();
    attr(root, 'data-step', frame.step);
  }
  function paint() {
    const { theme } = state, shown = field(state.attention), { layers, heads, rows, cols } = shown;
    const [rowNames, colNames] = labels(state.attention);
    const LEFT = 26, TOP = 34, GAP = 10, SIDE = 14;
    const width = stage.clientWidth;
    const cell = clamp(Math.floor((width - SIDE - heads * (LEFT + GAP)) / (heads * cols)), 2, 20);
    const tall = clamp(Math.floor((state.data.tallest - 20) / (layers * rows)), 4, cell < 10 ? 12 : cell);
    const w = cols * cell, h = rows * tall, height = layers * (h + TOP) + 4;
    stage.style.height = `${height}px`;
    resize(canvas, width, height);
    const context = sized(canvas, width, height);
    const at = { w, h, x: (head) => SIDE + head * (w + LEFT + GAP) + LEFT, y: (layer) => layer * (h + TOP) + TOP };
    context.imageSmoothingEnabled = false;
    paintHeads(context, shown, theme, at);
    context.textBaseline = 'middle';
    for (let map = 0; map < layers * heads; map++) {
      const x = at.x(map % heads), y = at.y(Math.floor(map / heads));
      context.textAlign = 'left';
      context.fillStyle = theme.ink;
      context.font = `12px ${theme.sans}`;
      const place = { layer: Math.floor(map / heads) + 1, head: (map % heads) + 1 }, title = state.say('head_title', place);
      context.fillText(context.measureText(title).width <= w + GAP ? title : `${place.layer}.${place.head}`, x, y - 26); // as on Heads
      context.font = `12px ${theme.mono}`;
      context.fillStyle = theme.quiet;
      context.textAlign = 'center';
      if (cell >= 9) for (let col = 0; col < cols; col++) context.fillText([...visible(colNames[col] ?? '')].slice(0, 1).join(''), x + (col + 0.5) * cell, y - 8);
      context.textAlign = 'right';
      if (tall >= 11) for (let row = 0; row < rows; row++) context.fillText([...visible(rowNames[row] ?? '')].slice(0, 2).join(''), x - 5, y + (row + 0.5) * tall);
    }
    attr(canvas, 'aria-label', state.say('described', { attention: state.say(`attention_${state.attention}`), step: state.data.frames[index()].step }));
  }
  new ResizeObserver(() => state.data && draw()).observe(stage);
  const restyle = followTheme(root, (theme) => { state.theme = theme; }, draw);
  return {
    receive({ data }) {
      if (state.data?.id !== data.id) {
        playback.stop();
        state.frame = null;
      }
      state.data = data;
      state.say = translator(data.text);
      state.weights = Object.fromEntries(Object.entries(data.weights).map(([name, { shape, bytes }]) =>
        [name, { shape, data: Float32Array.from(bytesOf(bytes), (level) => level / 255) }]));
      restyle();
      draw();
    },
    table() {
      const shown = field(state.attention), [rowNames, colNames] = labels(state.attention), rows = [];
      for (let map = 0; map < shown.layers * shown.heads; map++)
        for (let row = 0; row < shown.rows; row++)
          for (let col = 0; col < shown.cols; col++) rows.push([state.attention, Math.floor(map / shown.heads) + 1, (map % shown.heads) + 1, row + 1, visible(rowNames[row] ?? ''), col + 1, visible(colNames[col] ?? ''), cellOf(shown, map, row, col), '']);
      return { columns: COLUMNS, rows };
    },
    offline: () => ({ ...state.data, live: false }),
  };
}

export default defineView('film', createFilm);
