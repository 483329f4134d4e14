// What stands on the page as SVG: boxes, texts, drawings and canvases, each as what it is.
import { boxOf } from './boxes.js';
import { recorded } from './record.js';
import { colourOf, escaped, group, painted, tag, textLine } from './svg.js';

const UNSAVED = '[data-unsaved], [data-online]:not([aria-pressed=true]), .s2s-transport, .modebar-container, input[type=range], .s2s-wm-flying, script, style, title';
const CUTS = /auto|scroll|hidden|clip/, SCROLLS = /auto|scroll/;
const PLAIN = 's2s-save-plain'; // what came before and after an element has become an element
const DRAWN = ['stroke-width', 'stroke-dasharray', 'stroke-linecap', 'stroke-linejoin', 'fill-rule', 'text-anchor', 'dominant-baseline', 'font-family', 'font-size', 'font-weight', 'font-style'];
const USUAL = { 'stroke-dasharray': 'none', 'stroke-linecap': 'butt', 'stroke-linejoin': 'miter', 'fill-rule': 'nonzero', 'text-anchor': 'start', 'dominant-baseline': 'auto', 'font-weight': '400', 'font-style': 'normal' };

const ruler = document.createElement('canvas').getContext('2d');
const fontOf = (style) => ({ style: style.fontStyle, weight: style.fontWeight, size: parseFloat(style.fontSize), family: style.fontFamily });
function ascentOf({ style, weight, size, family }) {
  ruler.font = `${style} ${weight} ${size}px ${family}`;
  const { fontBoundingBoxAscent: up, fontBoundingBoxDescent: down } = ruler.measureText('x');
  return up / (up + down);
}
const CASES = { uppercase: (text) => text.toUpperCase(), lowercase: (text) => text.toLowerCase() };

/** The lines of a text as they are broken on the page: [{text, left, right, top, bottom}]. */
function linesOf(node) {
  const range = document.createRange(), lines = [];
  range.selectNodeContents(node);
  const rects = [...range.getClientRects()].filter(({ width }) => width > 0);
  if (!rects.length) return [];
  if (rects.length === 1 && node.data === node.data.trim() && !/\s\s|\n/.test(node.data)) return [{ text: node.data, ...sidesOf(rects[0]) }];
  let at = 0;
  for (const char of node.data) {
    range.setStart(node, at);
    range.setEnd(node, (at += char.length));
    const box = sidesOf(range.getBoundingClientRect()), line = lines.at(-1);
    if (box.right - box.left <= 0) {
      if (line && /\p{M}|\p{Cf}/u.test(char)) line.text += char;
      continue;
    }
    if (line && Math.abs(line.top - box.top) < (box.bottom - box.top) / 2) Object.assign(line, { text: line.text + (/\s/.test(char) ? ' ' : char), right: Math.max(line.right, box.right), left: Math.min(line.left, box.left) });
    else lines.push({ text: /\s/.test(char) ? ' ' : char, ...box });
  }
  return lines.filter(({ text }) => text.trim());
}
const sidesOf = ({ left, right, top, bottom }) => ({ left, right, top, bottom });

/** Put elements in the place of what style sheets add before and after elements; the function that this returns takes them away again. */
function materialise(root) {
  const added = [], plain = [];
  for (const node of [...root.querySelectorAll('*')]) {
    if (node instanceof SVGElement || node.closest(UNSAVED)) continue;
    for (const place of ['::before', '::after']) {
      const style = getComputedStyle(node, place);
      if (style.content === 'none' || style.content === 'normal' || style.display === 'none') continue;
      const stand = document.createElement('span'), [, text = ''] = /^"(.*)"$/s.exec(style.content) ?? [];
      for (const name of style) if (name !== 'content') stand.style.setProperty(name, style.getPropertyValue(name));
      stand.textContent = text.replace(/\\(.)/g, '$1');
      added.push([node, place, stand]);
    }
  }
  for (const [node, place, stand] of added) {
    node.classList.add(PLAIN);
    plain.push(node);
    place === '::before' ? node.prepend(stand) : node.append(stand);
  }
  return () => {
    for (const [, , stand] of added) stand.remove();
    for (const node of plain) node.classList.remove(PLAIN);
  };
}

/** A drawing that is SVG already, with the styles that the page gives it. */
function drawingOf(node, style) {
  if (node.matches(UNSAVED) || style.display === 'none') return '';
  const attributes = {};
  for (const { name, value } of node.attributes) if (!/^(class|style|data-|aria-|role|tabindex|xmlns|pointer-events|unselectable|on)/.test(name)) attributes[name] = value;
  const isShape = !/^(g|defs|clipPath|pattern|marker|linearGradient|stop|mask|use|image|svg)$/.test(node.tagName), content = [];
  if (isShape && style.visibility === 'hidden') return '';
  if (isShape) {
    for (const kind of ['fill', 'stroke']) {
      const paint = style[kind];
      const share = Number(style[`${kind}Opacity`]);
      if (/^url/.test(paint)) attributes[kind] = paint.replace(/url\("?[^#"]*(#[^")]+)"?\).*/, 'url($1)');
      else Object.assign(attributes, paint === 'none' ? { [kind]: 'none', [`${kind}-opacity`]: null } : { [`${kind}-opacity`]: null, ...painted(kind, paint, share) });
    }
    for (const name of DRAWN) {
      const value = style.getPropertyValue(name);
      attributes[name] = value === USUAL[name] || (name.startsWith('font') && !/text|tspan/.test(node.tagName)) || (name.startsWith('stroke') && style.stroke === 'none') ? null : value.replace(/^([\d.]+)px$/, '$1');
    }
  }
  if (style.opacity !== '1') attributes.opacity = style.opacity;
  for (const name of ['clip-path', 'mask', 'filter']) if (attributes[name]) attributes[name] = attributes[name].replace(/url\(['"]?[^#'")]*(#[^'")]+)['"]?\)/, 'url($1)');
  if (node.tagName === 'image') attributes.href = node.getAttribute('href') ?? node.getAttribute('xlink:href');
  delete attributes['xlink:href'];
  for (const child of node.childNodes) {
    if (child instanceof Text) content.push(/text|tspan/.test(node.tagName) ? escaped(child.data) : '');
    else if (child instanceof Element) content.push(drawingOf(child, getComputedStyle(child)));
  }
  return tag(node.tagName, attributes, content.join(''));
}

/** Walk over what stands on the page below a `root`, in its own pixels. */
function walked(root, drawings) {
  const zoom = root.currentCSSZoom ?? 1, origin = root.getBoundingClientRect(), defs = new Map();
  const size = { width: origin.width / zoom, height: origin.height / zoom };
  const x = (left) => (left - origin.left) / zoom, y = (top) => (top - origin.top) / zoom;
  const placed = (node) => {
    const { left, top, width, height } = node.getBoundingClientRect();
    return { x: x(left), y: y(top), width: width / zoom, height: height / zoom };
  };

  function textOf(node, style) {
    const font = fontOf(style), holder = node.parentElement, up = ascentOf(font);
    const ends = style.textOverflow === 'ellipsis' && holder.scrollWidth > holder.clientWidth + 1 ? holder.getBoundingClientRect().right : null;
    return linesOf(node).map((line) => {
      let { text, right } = line;
      if (ends !== null && right > ends + 1) {
        const chars = [...text], kept = Math.max(1, Math.floor((chars.length * (ends - line.left - 0.7 * font.size)) / (right - line.left)));
        text = chars.slice(0, kept).join('') + '…';
        right = ends;
      }
      text = (CASES[style.textTransform] ?? String)(text);
      return textLine(text, {
        x: x(line.left), y: y(line.top + (line.bottom - line.top) * up), width: (right - line.left) / zoom, font, color: style.color,
        'text-decoration': /line-through|underline/.exec(style.textDecorationLine)?.[0],
      });
    }).join('');
  }
  function canvasOf(node, box) {
    const scale = box.width / node.width, drawn = node.width ? drawings.drawn(node, scale) : '';
    if (drawn !== null) return group({ transform: `translate(${Math.round(100 * box.x) / 100} ${Math.round(100 * box.y) / 100})` }, drawn);
    return tag('image', { ...box, preserveAspectRatio: 'none', href: node.toDataURL() });
  }

  function walk(node) {
    const style = getComputedStyle(node);
    if (style.display === 'none' || style.opacity === '0' || node.matches(UNSAVED)) return '';
    const box = placed(node), isSeen = style.visibility !== 'hidden', content = [];
    if (node instanceof SVGElement) {
      if (!isSeen || !box.width) return '';
      const inner = [...node.children].map((child) => drawingOf(child, getComputedStyle(child))).join('');
      return tag('svg', { ...box, viewBox: node.getAttribute('viewBox') ?? `0 0 ${box.width} ${box.height}`, overflow: 'visible' }, inner);
    }
    const isInline = style.display === 'inline' && node.getClientRects().length > 1;
    if (isSeen && !isInline) content.push(boxOf(style, box, defs));
    if (isSeen && node instanceof HTMLCanvasElement) content.push(canvasOf(node, box));
    const inner = [];
    if (isSeen && node.matches('input, select')) {
      const text = node instanceof HTMLSelectElement ? node.selectedOptions[0]?.text ?? '' : node.value || node.placeholder;
      if (text) inner.push(textLine(text, { x: box.x + parseFloat(style.paddingLeft) + 1, y: box.y + box.height / 2 + 0.35 * parseFloat(style.fontSize), font: fontOf(style), color: style.color }));
    } else {
      for (const child of node.childNodes) {
        if (child instanceof Text) inner.push(isSeen && child.data.trim() ? textOf(child, style) : '');
        else if (child instanceof Element) inner.push(walk(child));
      }
    }
    let drawn = inner.join('');
    const wide = node.scrollWidth > node.clientWidth + 1, tall = node.scrollHeight > node.clientHeight + 1;
    if (drawn && CUTS.test(style.overflowX) && (wide || tall) && style.display !== 'inline') {
      if (SCROLLS.test(style.overflowX) && box.width > 0.85 * size.width) size.width = Math.max(size.width, box.x + node.scrollWidth); // scrolled on the page, whole here
      else {
        const id = `cut-${defs.size + 1}`;
        defs.set(id, tag('clipPath', { id }, tag('rect', { ...box, rx: parseFloat(style.borderTopLeftRadius) || null })));
        drawn = group({ 'clip-path': `url(#${id})` }, drawn);
      }
    }
    content.push(drawn);
    return style.opacity === '1' ? content.join('') : group({ opacity: style.opacity }, content.join(''));
  }
  return { body: walk(root), defs, size };
}

/** A view as SVG: its body, what that uses, and its size. Whatever is done to the page for it is undone before anybody sees it. */
export function pictureOf(root) {
  const canvases = recorded(() => root.dispatchEvent(new CustomEvent('s2s-redraw')));
  const scrolled = [...root.querySelectorAll('*')].filter((node) => node.scrollLeft || node.scrollTop).map((node) => [node, node.scrollLeft, node.scrollTop]);
  const restore = materialise(root), hidden = [...root.querySelectorAll(UNSAVED)].filter((node) => node instanceof HTMLElement).map((node) => [node, node.style.display]);
  for (const [node] of hidden) node.style.setProperty('display', 'none', 'important');
  for (const [node] of scrolled) node.scrollLeft = node.scrollTop = 0;
  try {
    const { body, defs, size } = walked(root, canvases);
    return { body, size, defs: [...canvases.defs.values(), ...defs.values()].join('') };
  } finally {
    for (const [node, display] of hidden) node.style.display = display;
    restore();
    for (const [node, left, top] of scrolled) Object.assign(node, { scrollLeft: left, scrollTop: top });
  }
}

/** The colour that lies under a view. */
export function groundOf(root) {
  for (let node = root; node; node = node.parentElement) {
    const color = getComputedStyle(node).backgroundColor;
    if (colourOf(color)?.alpha === 1) return color;
  }
  return 'rgb(255, 255, 255)';
}
