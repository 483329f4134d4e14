// Sentences, tokens and numbers as one reads them.

const HIDDEN = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
const codePoint = (char) => 'U+' + char.codePointAt(0).toString(16).toUpperCase().padStart(4, '0');

/** A token as something one can see: spaces, controls and lone marks get a visible stand-in. */
export function visible(text) {
  if (text === '') return '∅';
  const single = [...text].length === 1;
  if (single && /[\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/u.test(text)) return codePoint(text);
  if (single && /\p{M}/u.test(text)) return '◌' + text;
  return text
    .replace(/\p{Zs}/gu, '␣')
    .replace(HIDDEN, codePoint);
}

/** Templates from the catalogue: say('step', {n: 3}) fills {n}. */
export const translator = (catalogue) => (key, values = {}) =>
  (catalogue[key] ?? key).replace(/\{(\w+)\}/g, (hole, name) => (name in values ? values[name] : hole));

export const clamp = (value, low, high) => Math.max(low, Math.min(high, value));

export function percent(p) {
  if (p < 0.0005) return '< 0.1 %';
  if (p > 0.9995 && p < 1) return '> 99.9 %';
  return (100 * p).toFixed(1) + ' %';
}
export function weightText(w, signed, digits = 4) {
  const least = 10 ** -digits;
  if (w !== 0 && Math.abs(w) < least / 2) return (w < 0 ? '−' : '') + `< ${least}`;
  return (w < 0 ? '−' : signed ? '+' : '') + Math.abs(w).toFixed(digits);
}
export const signedText = (number, digits = 2) => (number < 0 ? '−' : '') + Math.abs(number).toFixed(digits);
