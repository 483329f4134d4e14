// Colours for the theme in force, read from the page.
import { attr } from './dom.js';
import { clamp } from './text.js';

// Single-hue and monotone in lightness, so that they survive every kind of colour blindness and a dim projector.
export const LEVELS = 1024;
export const GAMMA = 0.6; // small weights stay visible; the legend is drawn with the same curve
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
export function rgbOf(color) {
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

function coloursOf(style) {
  const ground = rgbOf(style.backgroundColor), ink = rgbOf(style.color);
  const dark = luminance(ground) < 0.2, scales = SCALES[dark ? 'dark' : 'light'];
  const from = (stops, gamma) => ramp([ground, ...stops.map(rgbOf)], gamma);
  const weight = from(scales.weight, GAMMA);
  const minus = from(scales.minus, GAMMA), plus = from(scales.plus, GAMMA);
  const change = (value) => (value < 0 ? minus(-value) : plus(value));
  return {
    dark,
    ink: `rgb(${ink})`,
    quiet: `rgba(${ink},0.72)`,
    edge: `rgba(${ink},0.4)`,
    faint: `rgba(${ink},0.16)`,
    band: `rgba(${ink},0.1)`,
    ground: `rgb(${ground})`,
    mark: dark ? '#ffa94d' : '#c2410c',
    factors: dark ? ['#ffa94d', '#66d9e8'] : ['#c2410c', '#0b7285'],
    mono: style.getPropertyValue('--st-code-font').trim() || 'ui-monospace, monospace',
    sans: style.fontFamily,
    weight: fillOf(weight), change: fillOf(change),
    probability: fillOf(from(scales.probability, 1)),
    weightTable: tableOf(weight, 0), changeTable: tableOf(change, -1),
    hatches: null,
  };
}

/** Follow the page's theme for a view: the function that this returns reads the colours in force, hands them to the view by `take` if they
    are others than before, or if they are asked for `again`, and tells whether it did. When the page changes, `repaint` comes after,
    as it does when somebody asks for all to be drawn again. */
export function followTheme(root, take, repaint) {
  const style = getComputedStyle(root);
  let key = null;
  root.classList.add('s2s-themed');
  function restyle(again = false) {
    const now = [style.backgroundColor, style.color, style.getPropertyValue('--st-border-color'), style.getPropertyValue('--st-code-font')].join('|');
    if (now === key && !again) return false;
    key = now;
    const theme = coloursOf(style);
    attr(root, 'data-theme', theme.dark ? 'dark' : 'light');
    take(theme);
    return true;
  }
  // The page changes theme by changing variables; a transition on our background tells us when.
  root.addEventListener('s2s-redraw', () => {
    restyle(true);
    repaint();
  });
  root.addEventListener('transitionend', ({ target }) => { if (target === root && restyle()) repaint(); });
  return restyle;
}
