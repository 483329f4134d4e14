// SVG as text.

export const round = (number) => Math.round(number * 100) / 100;
export const TWICE = 2; // pixels of a picture for one on the page
const ESCAPED = /[&<>"]|[^\P{Cc}\t\n\r]/gu; // XML has no control characters
export const escaped = (text) => String(text).replace(ESCAPED, (char) => ('&<>"'.includes(char) ? `&#${char.charCodeAt(0)};` : ''));

/** An element; an attribute that is null is left out, as is a number that says nothing. */
export function tag(name, attributes, content = '') {
  const written = Object.entries(attributes).filter(([, value]) => value !== null && value !== undefined && value !== '');
  const head = `<${name}${written.map(([key, value]) => ` ${key}="${escaped(typeof value === 'number' ? round(value) : value)}"`).join('')}`;
  return content === '' ? `${head}/>` : `${head}>${content}</${name}>`;
}
export const group = (attributes, content) => (content ? tag('g', attributes, content) : '');

const pixel = document.createElement('canvas').getContext('2d', { willReadFrequently: true }), colours = new Map();
/** A colour as SVG of 1999 writes it: what is transparent has an opacity of its own; null if nothing is to be seen. */
export function colourOf(color) {
  if (!colours.has(color)) colours.set(color, readColour(color));
  return colours.get(color);
}
function readColour(color) {
  const plain = /^rgba?\((\d+), (\d+), (\d+)(?:, ([\d.]+))?\)$/.exec(color), wide = /^color\(srgb ([\d.e-]+) ([\d.e-]+) ([\d.e-]+)(?: \/ ([\d.e-]+))?\)$/.exec(color);
  const rgb = plain ? plain.slice(1, 4).map(Number) : wide ? wide.slice(1, 4).map((part) => Math.round(255 * part)) : null;
  if (rgb) return opaque(rgb, Number((plain ?? wide)[4] ?? 1));
  pixel.clearRect(0, 0, 1, 1);
  pixel.fillStyle = color;
  pixel.fillRect(0, 0, 1, 1);
  const [r, g, b, a] = pixel.getImageData(0, 0, 1, 1).data;
  return opaque([r, g, b], a / 255);
}
const opaque = (rgb, alpha) => (alpha > 0 ? { color: `rgb(${rgb})`, alpha } : null);

/** The attributes that fill or stroke with a colour. */
export function painted(kind, color, alpha = 1) {
  const seen = colourOf(color);
  if (!seen) return { [kind]: 'none' };
  const share = seen.alpha * alpha;
  return { [kind]: seen.color, [`${kind}-opacity`]: share < 0.999 ? share.toFixed(3) : null };
}

/** A line of text from `x` on, its feet at `y`, as wide as it stands on the page, whatever font there will be. */
export function textLine(text, { x, y, width, font, color, alpha = 1, anchor = null, ...others }) {
  const { style, weight, size, family } = font;
  return tag('text', {
    x, y, ...painted('fill', color, alpha), 'font-family': family, 'font-size': size, 'font-weight': /^(400|normal)$/.test(weight) ? null : weight, 'font-style': style === 'normal' ? null : style,
    'text-anchor': anchor, textLength: [...text].length > 1 ? width : null, lengthAdjust: [...text].length > 1 ? 'spacingAndGlyphs' : null, 'xml:space': /^\s|\s$|\s\s/.test(text) ? 'preserve' : null, ...others,
  }, escaped(text));
}
