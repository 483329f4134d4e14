// A view as a picture to take along: the view, and a caption below it.
import { brokenLines } from './caption.js';
import { groundOf, pictureOf } from './picture.js';
import { escaped, painted, tag, textLine } from './svg.js';

const MARGIN = 12, TYPE = 12, LINE = 16, NARROWEST = 280; // px
const ruler2 = document.createElement('canvas').getContext('2d');

/** An SVG of a view with its caption: {svg, width, height}. */
export function sheetOf(root, sentences) {
  const { body, defs, size } = pictureOf(root), style = getComputedStyle(root);
  const font = { style: 'normal', weight: '400', size: TYPE, family: style.fontFamily };
  ruler2.font = `${TYPE}px ${style.fontFamily}`;
  const widthOf = (text) => ruler2.measureText(text).width, room = Math.max(NARROWEST, size.width);
  const lines = brokenLines(sentences, room, widthOf);
  const width = Math.ceil(room + 2 * MARGIN), height = Math.ceil(size.height + 3 * MARGIN + LINE * lines.length);
  const caption = lines.map((text, i) => textLine(text, { x: MARGIN, y: size.height + 2 * MARGIN + LINE * i + TYPE, width: widthOf(text), font, color: style.color, alpha: 0.75 })).join('');
  const content = [
    `<title>${escaped(sentences[0])}</title>`, defs && `<defs>${defs}</defs>`, tag('rect', { width, height, ...painted('fill', groundOf(root)) }),
    tag('g', { transform: `translate(${MARGIN} ${MARGIN})` }, body), tag('g', { class: 'caption' }, caption),
  ].join('');
  return { svg: tag('svg', { xmlns: 'http://www.w3.org/2000/svg', width, height, viewBox: `0 0 ${width} ${height}` }, content), width, height };
}
