// What colours and hatches mean. A part of a legend is a {text}, a {kind} of mask as a hatch, `framed` or not, or a scale, which is
// {signed} or not; it may say how wide it is, and how large the `gap` after it.
import { BY_HAND, CAUSAL, hatchesOf, PADDING, sized } from './canvas.js';
import { attr, resize } from './dom.js';

const LINE = 18; // px, a line of a legend

/** The kinds of masks that occur. */
export const kindsOf = (masked) => [CAUSAL, PADDING, BY_HAND].filter((kind) => masked.some(({ mask }) => mask?.includes(kind)));

/** The parts that tell what the hatches of panels mean. */
export const maskParts = (panels, say) => kindsOf(panels).flatMap((kind) => [{ kind }, { text: say(`mask_${kind}`) }]);

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

/** How wide a legend may be beside a sentence, or below it where there is no room for both. */
export const legendRoom = (room) => (room < 640 ? room : Math.round(0.6 * room));

/** Whether a line may break before a part: what a scale or a hatch means stays with it. */
function mayBreak(parts, i) {
  const { text, kind } = parts[i], next = parts[i + 1];
  return !!kind || (!!text && ((next && !next.text && !next.kind) || !!parts[i - 1]?.text));
}

/** Where each part stands: {x, line}, and how wide the lines are, none wider than the room where that can be. */
function linesOf(parts, widths, gaps, start, room) {
  const places = [];
  let x = start, line = 0, widest = 0, begun = 0;
  for (let i = 0; i < parts.length; i++) {
    let end = i + 1, needs = widths[i];
    for (; end < parts.length && !mayBreak(parts, end); end++) needs += gaps[end - 1] + widths[end];
    if (i > begun && mayBreak(parts, i) && x + needs > room) [x, line, begun] = [start, line + 1, i];
    places.push({ x, line });
    x += widths[i] + gaps[i];
    widest = Math.max(widest, x);
  }
  return { places, lines: line + 1, width: Math.ceil(widest) };
}

/** Draw the parts of a legend into a canvas, which grows as wide as they need, or taller where the `room` is narrower. */
export function paintLegend(canvas, parts, theme, { start = 8, room = Infinity, label = parts.map(({ text }) => text ?? '').join(' ') } = {}) {
  const font = `12px ${theme.sans}`, ruler = canvas.getContext('2d');
  ruler.font = font;
  const widths = parts.map(({ text, kind, width = kind ? 20 : 64 }) => (text ? ruler.measureText(text).width : width));
  const gaps = parts.map(({ gap = 6 }) => gap);
  const { places, lines, width: total } = linesOf(parts, widths, gaps, start, room);
  resize(canvas, total, LINE * lines);
  const context = sized(canvas, total, LINE * lines); // which forgets its font
  context.font = font;
  context.textBaseline = 'middle';
  parts.forEach(({ text, kind, signed, framed }, i) => {
    const { x, line } = places[i], y = LINE * line;
    context.fillStyle = kind ? hatchesOf(theme)[kind] : theme.quiet;
    context.strokeStyle = theme.faint;
    if (text) context.fillText(text, x, y + 9);
    else if (!kind) paintScale(context, theme, signed, x, y + 4, widths[i], 10);
    else context.fillRect(x, y + 3, widths[i], 12);
    if (framed) context.strokeRect(x - 0.5, y + 2.5, widths[i] + 1, 13);
  });
  attr(canvas, 'aria-label', label);
}
