// What colours and hatches mean. A part of a legend is a {text}, a {kind} of mask as a hatch, `framed` or not, or a scale, which is
// {signed} or not; it may say how wide it is, and how large the `gap` after it.
import { BY_HAND, CAUSAL, hatchesOf, PADDING, sized } from './canvas.js';
import { attr, resize } from './dom.js';

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

/** Draw the parts of a legend into a canvas, which grows as wide as they need. */
export function paintLegend(canvas, parts, theme, { start = 8, label = parts.map(({ text }) => text ?? '').join(' ') } = {}) {
  const font = `12px ${theme.sans}`, ruler = canvas.getContext('2d');
  ruler.font = font;
  const widths = parts.map(({ text, kind, width = kind ? 20 : 64 }) => (text ? ruler.measureText(text).width : width));
  const gaps = parts.map(({ gap = 6 }) => gap);
  const total = Math.ceil(widths.reduce((sum, width, i) => sum + width + gaps[i], start));
  resize(canvas, total, 18);
  const context = sized(canvas, total, 18); // which forgets its font
  context.font = font;
  context.textBaseline = 'middle';
  let x = start;
  parts.forEach(({ text, kind, signed, framed }, i) => {
    context.fillStyle = kind ? hatchesOf(theme)[kind] : theme.quiet;
    context.strokeStyle = theme.faint;
    if (text) context.fillText(text, x, 9);
    else if (!kind) paintScale(context, theme, signed, x, 4, widths[i], 10);
    else context.fillRect(x, 3, widths[i], 12);
    if (framed) context.strokeRect(x - 0.5, 2.5, widths[i] + 1, 13);
    x += widths[i] + gaps[i];
  });
  attr(canvas, 'aria-label', label);
}
