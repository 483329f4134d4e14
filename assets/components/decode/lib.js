// What every part shares: bytes, text, numbers, DOM, colour, painting a matrix.
// Parts import nothing: Python joins the files in the order it lists them.

function bytesOf(base64) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(base64);
  const raw = atob(base64);
  const bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
  return bytes;
}
const floatsOf = (base64) => new Float32Array(bytesOf(base64).buffer); // little-endian, as every browser we run in

// ── text ────────────────────────────────────────────────────────────────────
const clamp = (value, low, high) => Math.max(low, Math.min(high, value));
const codePoint = (char) => 'U+' + char.codePointAt(0).toString(16).toUpperCase().padStart(4, '0');
const HIDDEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** A token as something one can see: spaces, controls and lone marks get a visible stand-in. */
function visible(text) {
  if (text === '') return '∅';
  const single = [...text].length === 1;
  if (single && /[\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/u.test(text)) return codePoint(text);
  if (single && /\p{M}/u.test(text)) return '◌' + text;
  return text
    .replace(/\p{Zs}/gu, '␣')
    .replace(HIDDEN, codePoint);
}

/** Templates from the catalogue: say('step', {n: 3}) fills {n}. */
const translator = (catalogue) => (key, values = {}) =>
  (catalogue[key] ?? key).replace(/\{(\w+)\}/g, (hole, name) => (name in values ? values[name] : hole));

function percent(p) {
  if (p < 0.0005) return '< 0.1 %';
  if (p > 0.9995 && p < 1) return '> 99.9 %';
  return (100 * p).toFixed(1) + ' %';
}
function weightText(w, signed) {
  if (w !== 0 && Math.abs(w) < 0.00005) return (w < 0 ? '−' : '') + '< 0.0001';
  return (w < 0 ? '−' : signed ? '+' : '') + Math.abs(w).toFixed(4);
}

// ── DOM ─────────────────────────────────────────────────────────────────────
// Writes only what differs, so that an update in place costs little and text never becomes markup.
function attr(node, name, value) {
  if (value === null || value === undefined || value === false) {
    if (node.hasAttribute(name)) node.removeAttribute(name);
  } else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
}
function put(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
function paintStyle(node, property, value) {
  if (node.style.getPropertyValue(property) !== value) node.style.setProperty(property, value);
}
function make(parent, tag, className, attributes = {}) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  for (const name in attributes) attr(node, name, attributes[name]);
  parent?.append(node);
  return node;
}
function makeSvg(parent, tag, attributes = {}) {
  const node = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const name in attributes) attr(node, name, attributes[name]);
  parent.append(node);
  return node;
}
/** A row of buttons of which one is pressed. `update` takes [{value, label, title, disabled}] and the chosen value. */
function createChoice(parent, onChoose) {
  const box = make(parent, 'div', 's2s-choice', { role: 'group' });
  const buttons = [];
  return {
    box,
    update(options, chosen, label) {
      attr(box, 'aria-label', label);
      options.forEach((option, i) => {
        buttons[i] ??= make(box, 'button', '', { type: 'button' });
        buttons[i].onclick = () => onChoose(option.value);
        put(buttons[i], option.label);
        attr(buttons[i], 'title', option.title);
        attr(buttons[i], 'aria-pressed', String(option.value === chosen));
        buttons[i].disabled = !!option.disabled;
      });
      while (buttons.length > options.length) buttons.pop().remove();
    },
  };
}

// ── colour ──────────────────────────────────────────────────────────────────
// Single-hue and monotone in lightness, so that they survive every kind of colour blindness and a dim projector.
const LEVELS = 1024;
const GAMMA = 0.6; // small weights stay visible; the legend is drawn with the same curve and says so
const SCALES = {
  light: {
    weight: ['#d3e2f7', '#86aee8', '#3f66c8', '#2c3593', '#181150'],
    minus: ['#e7d4ec', '#b98acb', '#8a3fa0', '#4a1259'],
    plus: ['#cfe9d2', '#7cc48a', '#2f8a49', '#0a4a20'],
    probability: ['#d9f0ea', '#84cdbb', '#2f9c86', '#0c6b5b'],
  },
  dark: {
    weight: ['#16295a', '#1f4fa8', '#2f8fe0', '#74d2f7', '#eefcff'],
    minus: ['#3b2050', '#7b46a8', '#bd8ae6', '#f1dcff'],
    plus: ['#143c24', '#22793f', '#5fc27c', '#d5f8dc'],
    probability: ['#10342e', '#146353', '#1f9a80', '#63d8ba'],
  },
};
const probe = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
function rgbOf(color) {
  probe.clearRect(0, 0, 1, 1);
  probe.fillStyle = color;
  probe.fillRect(0, 0, 1, 1);
  return [...probe.getImageData(0, 0, 1, 1).data.slice(0, 3)];
}
const luminance = ([r, g, b]) => 0.2126 * (r / 255) ** 2.2 + 0.7152 * (g / 255) ** 2.2 + 0.0722 * (b / 255) ** 2.2;

function ramp(stops, gamma) {
  return (value) => {
    const place = clamp(value, 0, 1) ** gamma * (stops.length - 1);
    const i = Math.min(stops.length - 2, Math.floor(place));
    return stops[i].map((from, c) => Math.round(from + (stops[i + 1][c] - from) * (place - i)));
  };
}
function tableOf(scale, low) {
  const table = new Uint32Array(LEVELS);
  for (let i = 0; i < LEVELS; i++) {
    const [r, g, b] = scale(low + ((1 - low) * i) / (LEVELS - 1));
    table[i] = (255 << 24) | (b << 16) | (g << 8) | r;
  }
  return table;
}
function fillOf(scale) {
  return (value) => {
    const color = scale(value);
    return { fill: `rgb(${color})`, ink: luminance(color) > 0.3 ? '#10131a' : '#ffffff' };
  };
}

/** Colours for the theme in force, read from the page; `key` changes when they do. */
function readTheme(root) {
  const style = getComputedStyle(root);
  const read = (name) => style.getPropertyValue(name).trim();
  const ground = rgbOf(style.backgroundColor);
  const dark = luminance(ground) < 0.2;
  const key = [style.backgroundColor, style.color, read('--st-border-color'), read('--st-code-font')].join('|');
  const scales = SCALES[dark ? 'dark' : 'light'];
  const from = (stops, gamma) => ramp([ground, ...stops.map(rgbOf)], gamma);
  const weight = from(scales.weight, GAMMA);
  const minus = from(scales.minus, GAMMA), plus = from(scales.plus, GAMMA);
  const change = (value) => (value < 0 ? minus(-value) : plus(value));
  const ink = rgbOf(style.color);
  return {
    key, dark,
    ink: `rgb(${ink})`,
    quiet: `rgba(${ink},0.72)`,
    faint: `rgba(${ink},0.16)`,
    band: `rgba(${ink},0.1)`,
    ground: `rgb(${ground})`,
    mark: dark ? '#ffa94d' : '#d9480f',
    mono: read('--st-code-font') || 'ui-monospace, monospace',
    sans: style.fontFamily,
    weight: fillOf(weight), change: fillOf(change),
    probability: fillOf(from(scales.probability, 1)),
    weightTable: tableOf(weight, 0), changeTable: tableOf(change, -1),
    hatches: null,
  };
}

// ── canvas ──────────────────────────────────────────────────────────────────
/** Give a canvas the size of its box in device pixels; returns a context in CSS pixels. */
function sized(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  const w = Math.round(width * ratio), h = Math.round(height * ratio);
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
  }
  const context = canvas.getContext('2d');
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

const CAUSAL = 1, PADDING = 2, BY_HAND = 3;
/** Three textures for the three reasons why a cell may not attend. */
function hatchesOf(theme) {
  if (theme.hatches) return theme.hatches;
  const draw = (size, stroke) => {
    const ratio = window.devicePixelRatio || 1;
    const tile = document.createElement('canvas');
    tile.width = tile.height = Math.round(size * ratio);
    const context = tile.getContext('2d');
    context.scale(tile.width / size, tile.width / size);
    context.strokeStyle = context.fillStyle = theme.quiet;
    context.lineWidth = 0.8;
    context.globalAlpha = 0.6;
    context.beginPath();
    stroke(context, size);
    context.stroke();
    const pattern = context.createPattern(tile, 'repeat');
    pattern.setTransform(new DOMMatrix().scale(size / tile.width));
    return pattern;
  };
  const slash = (c, s) => [-s, 0, s].forEach((x) => { c.moveTo(x - 1, s + 1); c.lineTo(x + s + 1, -1); });
  const backslash = (c, s) => [-s, 0, s].forEach((x) => { c.moveTo(x - 1, -1); c.lineTo(x + s + 1, s + 1); });
  theme.hatches = {
    [CAUSAL]: draw(5, slash),
    [PADDING]: draw(4, (c) => { c.rect(1, 1, 1.1, 1.1); c.fill(); }),
    [BY_HAND]: draw(6, (c, s) => { slash(c, s); backslash(c, s); }),
  };
  return theme.hatches;
}

// A *field* is one attention of one run at one step, all layers and heads:
// {data [maps, height, width], height, width, layers, heads, rows, cols, liveRows, liveCols, mask [rows, cols], signed}
// rows × cols is the size laid out (the finished run), liveRows × liveCols what exists at this step.
const cellOf = (field, map, row, col) => field.data[(map * field.height + row) * field.width + col];
const maskOf = (field, row, col) => (field.mask ? field.mask[row * field.cols + col] : 0);

/** Write one map's colours into `out` (one pixel a cell); masked and missing cells stay transparent. */
function paintMap(out, stride, start, field, map, table) {
  const { data, height, width, cols, liveRows, liveCols, mask, signed } = field;
  const top = LEVELS - 1;
  for (let row = 0; row < liveRows; row++) {
    const from = (map * height + row) * width;
    for (let col = 0; col < liveCols; col++) {
      if (mask && mask[row * cols + col]) continue;
      const value = data[from + col];
      const level = signed ? (value + 1) * 0.5 * top : value * top;
      out[start + row * stride + col] = table[level <= 0 ? 0 : level >= top ? top : (level + 0.5) | 0];
    }
  }
}
/** Hatch the masked cells that exist, in the box x, y, w, h. Same for every head of a field. */
function paintHatch(context, field, theme, x, y, w, h) {
  if (!field.mask) return;
  const hatches = hatchesOf(theme);
  const { rows, cols, liveRows, liveCols } = field;
  for (let row = 0; row < liveRows; row++) {
    const top = y + Math.round((row * h) / rows), bottom = y + Math.round(((row + 1) * h) / rows);
    for (let col = 0, end; col < liveCols; col = end) {
      const kind = maskOf(field, row, col);
      for (end = col + 1; end < liveCols && maskOf(field, row, end) === kind; ) end++;
      if (!kind) continue;
      const left = x + Math.round((col * w) / cols), right = x + Math.round((end * w) / cols);
      context.fillStyle = hatches[kind];
      context.fillRect(left, top, right - left, bottom - top);
    }
  }
}
/** Draw a strip of what the colours mean, with the curve the maps use. */
function paintScale(context, theme, signed, x, y, w, h) {
  for (let i = 0; i < w; i++) {
    const value = signed ? (2 * i) / (w - 1) - 1 : i / (w - 1);
    context.fillStyle = (signed ? theme.change : theme.weight)(value).fill;
    context.fillRect(x + i, y, 1, h);
  }
  context.strokeStyle = theme.faint;
  context.strokeRect(x - 0.5, y - 0.5, w + 1, h + 1);
}
