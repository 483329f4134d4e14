// Boxes as browsers draw them, as SVG: grounds, gradients, borders, rings.
import { colourOf, painted, round, tag } from './svg.js';

const px = (text) => parseFloat(text) || 0;
/** Split what a style lists, at commas outside of brackets. */
function listOf(text) {
  const parts = [''];
  let depth = 0;
  for (const char of text) {
    depth += char === '(' ? 1 : char === ')' ? -1 : 0;
    if (char === ',' && !depth) parts.push('');
    else parts[parts.length - 1] += char;
  }
  return parts.map((part) => part.trim());
}
const STOP = /^((?:rgba?|color)\([^)]*\)|#\w+)\s*(.*)$/;

/** The stops of a gradient: [{color, at}], in px, or of a `length` of which percents are. */
function stopsOf(parts, length) {
  const stops = [];
  for (const part of parts) {
    const [, color, places] = STOP.exec(part) ?? [];
    if (!color) continue;
    const found = places.split(/\s+/).filter(Boolean);
    for (const place of found.length ? found : [null])
      stops.push({ color, at: place === null ? null : place.endsWith('%') ? (px(place) * length) / 100 : px(place) });
  }
  stops.forEach((stop, i) => { stop.at = Math.max(stop.at ?? (i ? length : 0), i ? stops[i - 1].at : 0); });
  return stops;
}

/** What fills a box with an image of its style; null for one that is no gradient. */
function gradientOf(image, size, box, defs) {
  const [, kind, inner] = /^((?:repeating-)?(?:linear|radial)-gradient)\((.*)\)$/s.exec(image) ?? [];
  if (!kind) return null;
  const parts = listOf(inner), id = `fill-${defs.size + 1}`, paint = (color, share = 'fill') => painted(share, color);
  let content;
  if (kind === 'repeating-linear-gradient') {
    const stops = stopsOf(parts.slice(1), 0), width = stops.at(-1).at;
    const bands = stops.slice(0, -1).map((stop, i) => ({ ...stop, to: stops[i + 1].at })).filter(({ at, to, color }) => to > at && colourOf(color));
    content = tag('pattern', { id, patternUnits: 'userSpaceOnUse', x: box.x, y: box.y, width, height: 10, patternTransform: `rotate(${px(parts[0]) - 90})` }, bands.map(({ color, at, to }) => tag('rect', { x: at, width: to - at, height: 10, ...paint(color) })).join(''));
  } else if (kind === 'radial-gradient') {
    const [color, { at: r }] = [stopsOf(parts, 1)[0]?.color, stopsOf(parts, 1)[0] ?? { at: 1 }], [w, h = w] = size.split(' ').map(px);
    if (!color || !w) return null;
    content = tag('pattern', { id, patternUnits: 'userSpaceOnUse', x: box.x, y: box.y, width: w, height: h }, tag('circle', { cx: w / 2, cy: h / 2, r: r || 0.8, ...paint(color) }));
  } else {
    const toward = parts[0].startsWith('to ') ? parts[0].split(' ') : ['bottom'], at = (side) => Number(toward.includes(side));
    const length = at('left') || at('right') ? box.width : box.height;
    const stops = stopsOf(parts, length).map(({ color, at: place }) => {
      const seen = colourOf(color) ?? { color: 'rgb(0,0,0)', alpha: 0 };
      return tag('stop', { offset: length ? place / length : 0, 'stop-color': seen.color, 'stop-opacity': seen.alpha < 1 ? seen.alpha : null });
    });
    content = tag('linearGradient', { id, x1: at('left'), y1: at('top'), x2: at('right'), y2: at('bottom') }, stops.join(''));
  }
  defs.set(id, content);
  return `url(#${id})`;
}

/** Rings and lines that a style draws as shadows; what is blurred is left out. */
function shadowsOf(style, box, radius) {
  if (style.boxShadow === 'none') return '';
  return listOf(style.boxShadow).map((shadow) => {
    const [, color, rest] = /^((?:rgba?|color)\([^)]*\)) (.*)$/.exec(shadow) ?? [];
    if (!color || !colourOf(color)) return '';
    const [x, y, blur, spread] = rest.match(/-?[\d.]+px/g).map(px), inset = rest.includes('inset');
    if (blur) return '';
    if (!x && !y) return ring(box, inset ? -spread / 2 : spread / 2, spread, color, radius);
    if (x) return '';
    const top = inset ? (y < 0 ? box.y + box.height + y : box.y) : y < 0 ? box.y + y : box.y + box.height;
    return tag('rect', { x: box.x, y: top, width: box.width, height: Math.abs(y), ...painted('fill', color) });
  }).join('');
}
/** A frame whose middle lies so far outside of a box. */
const ring = ({ x, y, width, height }, out, thick, color, radius, dashes = null) => (thick ? tag('rect', {
  x: x - out, y: y - out, width: Math.max(0, width + 2 * out), height: Math.max(0, height + 2 * out), rx: radius ? Math.max(0, radius + out) : null, fill: 'none', ...painted('stroke', color), 'stroke-width': thick, 'stroke-dasharray': dashes,
}) : '');
const dashesOf = (line, thick) => ({ dashed: `${3 * thick} ${2 * thick}`, dotted: `${thick} ${1.5 * thick}` })[line] ?? null;

const SIDES = ['Top', 'Right', 'Bottom', 'Left'];
function bordersOf(style, box, radius) {
  const sides = SIDES.map((side) => ({ side, thick: style[`border${side}Style`] === 'none' ? 0 : px(style[`border${side}Width`]), color: style[`border${side}Color`], line: style[`border${side}Style`] }));
  if (!sides.some(({ thick, color }) => thick && colourOf(color))) return '';
  const [first] = sides, { x, y, width, height } = box;
  if (sides.every(({ thick, color, line }) => thick === first.thick && color === first.color && line === first.line)) return ring(box, -first.thick / 2, first.thick, first.color, radius, dashesOf(first.line, first.thick));
  if (!width || !height || width <= sides[1].thick + sides[3].thick) { // a triangle made of borders
    const [top, right, bottom, left] = sides, shown = sides.find(({ thick, color }) => thick && colourOf(color));
    const peak = shown.side === 'Left' ? `${x + left.thick},${y + top.thick}` : shown.side === 'Right' ? `${x},${y + top.thick}` : null;
    const base = shown.side === 'Left' ? [x, x] : [x + right.thick, x + right.thick];
    if (peak) return tag('path', { d: `M${round(base[0])},${round(y)}L${peak}L${round(base[1])},${round(y + top.thick + bottom.thick)}Z`, ...painted('fill', shown.color) });
  }
  return sides.map(({ side, thick, color, line }) => {
    if (!thick || !colourOf(color)) return '';
    const far = { Top: [x, y + thick / 2, x + width, y + thick / 2], Bottom: [x, y + height - thick / 2, x + width, y + height - thick / 2], Left: [x + thick / 2, y, x + thick / 2, y + height], Right: [x + width - thick / 2, y, x + width - thick / 2, y + height] }[side];
    return tag('line', { x1: far[0], y1: far[1], x2: far[2], y2: far[3], ...painted('stroke', color), 'stroke-width': thick, 'stroke-dasharray': dashesOf(line, thick) });
  }).join('');
}

/** A box with all that its style draws, but for its text. */
export function boxOf(style, box, defs) {
  const { x, y, width, height } = box, radius = Math.min(px(style.borderTopLeftRadius), width / 2, height / 2) || null;
  const fill = (paint) => tag('rect', { x, y, width, height, rx: radius, ...paint });
  const ground = colourOf(style.backgroundColor) ? fill(painted('fill', style.backgroundColor)) : '';
  const image = style.backgroundImage === 'none' ? null : gradientOf(listOf(style.backgroundImage)[0], listOf(style.backgroundSize)[0], box, defs);
  const outline = style.outlineStyle === 'none' ? 0 : px(style.outlineWidth);
  return [
    ground, image ? fill({ fill: image }) : '', shadowsOf(style, box, radius), bordersOf(style, box, radius),
    outline ? ring(box, px(style.outlineOffset) + outline / 2, outline, style.outlineColor, radius) : '',
  ].join('');
}
