// Names of columns that stand upright: words over columns that are narrower than they are.
export const UPRIGHT = 12; // px, of a column whose name stands upright
const FEWEST_WORDS = 5, LONGEST_WORD = 150; // columns; px of a name

const baseOf = (text) => (text.startsWith('⟨') ? '' : text.replace(/ \(\d+\)$/, ''));

/** Whether names are words, and so many that they would make a map wide. */
export const areWords = (names) => names.length >= FEWEST_WORDS && names.some((text) => [...baseOf(text)].length > 3);

/** How tall the names are when they stand upright; the font is the context's. */
export const heightOfNames = (context, names) => Math.ceil(Math.min(LONGEST_WORD, Math.max(...names.map((text) => context.measureText(text).width)))) + 6;

/** Write names upright, each over the middle of its column, from the bottom up. */
export function paintUpright(context, names, middle, bottom, color = () => context.fillStyle) {
  context.save();
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  names.forEach((text, col) => {
    context.save();
    context.translate(middle(col), bottom - 3);
    context.rotate(-Math.PI / 2);
    context.fillStyle = color(col);
    context.fillText(cutWord(context, text), 0, 0);
    context.restore();
  });
  context.restore();
}

function cutWord(context, text) {
  if (context.measureText(text).width <= LONGEST_WORD) return text;
  const chars = [...text];
  while (chars.length > 1 && context.measureText(chars.join('') + '…').width > LONGEST_WORD) chars.pop();
  return chars.join('') + '…';
}
