// Canvases as SVG: for as long as a view draws itself anew, what it tells its canvases is noted down as well, so that text stays text, and lines lines.
import { group, painted, round, tag, textLine, TWICE } from './svg.js';

/** A matrix as an attribute, its canvas so much smaller; null if it changes nothing. */
function transformOf({ a, b, c, d, e, f }, scale) {
  const numbers = [a, b, c, d, e, f].map((number) => number * scale);
  return numbers.every((number, i) => Math.abs(number - (i === 0 || i === 3 ? 1 : 0)) < 1e-4) ? null : `matrix(${numbers.map((number) => Math.round(1e4 * number) / 1e4).join(' ')})`;
}
function roundRect(x, y, w, h, radius) {
  const r = Math.max(0, Math.min(radius, w / 2, h / 2)), arc = (dx, dy) => `a${r} ${r} 0 0 1 ${round(dx)} ${round(dy)}`;
  return `M${round(x + r)} ${round(y)}h${round(w - 2 * r)}${arc(r, r)}v${round(h - 2 * r)}${arc(-r, r)}h${round(2 * r - w)}${arc(-r, -r)}v${round(2 * r - h)}${arc(r, -r)}Z`;
}
const PATHS = {
  moveTo: (x, y) => `M${round(x)} ${round(y)}`,
  lineTo: (x, y) => `L${round(x)} ${round(y)}`,
  bezierCurveTo: (...points) => `C${points.map(round).join(' ')}`,
  rect: (x, y, w, h) => `M${round(x)} ${round(y)}h${round(w)}v${round(h)}h${round(-w)}Z`,
  roundRect,
  closePath: () => 'Z',
};

/** Let `draw` draw, and return what it drew: `drawn(canvas, scale)` is that as SVG, null for a canvas that it left alone; `defs` are the
    patterns and pictures that others use. */
export function recorded(draw) {
  const paint = CanvasRenderingContext2D.prototype, before = {}, notes = new Map(), paths = new WeakMap(), tiles = new WeakMap(), defs = new Map();
  const before2 = CanvasPattern.prototype.setTransform;
  const note = (context, write) => {
    const matrix = context.getTransform(), alpha = context.globalAlpha;
    if (alpha === 0) return;
    if (!notes.has(context.canvas)) notes.set(context.canvas, []);
    notes.get(context.canvas).push((scale) => write(transformOf(matrix, scale), alpha));
  };
  const shared = (content, write) => {
    if (!defs.has(content)) defs.set(content, write(`shared-${defs.size + 1}`));
    return /id="([^"]+)"/.exec(defs.get(content))[1];
  };
  const written = (canvas, scale) => notes.get(canvas).map((write) => write(scale)).join('');
  /** What fills or strokes: a colour, or a pattern. */
  function ink(context, kind) {
    const style = context[`${kind}Style`];
    if (!(style instanceof CanvasPattern)) return (alpha) => painted(kind, style, alpha);
    const { tile, matrix } = tiles.get(style), content = written(tile, 1), size = { width: tile.width, height: tile.height };
    const id = shared(content + matrix, (name) => tag('pattern', { id: name, patternUnits: 'userSpaceOnUse', ...size, patternTransform: matrix ? transformOf(matrix, 1) : null }, content));
    return (alpha) => ({ [kind]: `url(#${id})`, opacity: alpha < 1 ? alpha : null });
  }
  function line(context) {
    const { lineWidth, lineCap } = context, dashes = context.getLineDash();
    return { 'stroke-width': lineWidth, 'stroke-linecap': lineCap === 'butt' ? null : lineCap, 'stroke-dasharray': dashes.length ? dashes.join(' ') : null };
  }

  const noted = {
    fillRect(x, y, width, height) {
      const fill = ink(this, 'fill');
      note(this, (transform, alpha) => tag('rect', { x, y, width, height, ...fill(alpha), transform }));
    },
    strokeRect(x, y, width, height) {
      const stroke = ink(this, 'stroke'), how = line(this);
      note(this, (transform, alpha) => tag('rect', { x, y, width, height, fill: 'none', ...stroke(alpha), ...how, transform }));
    },
    clearRect(x, y, width, height) {
      const { a, e, d, f } = this.getTransform(), { canvas } = this;
      if (x * a + e <= 0 && y * d + f <= 0 && (x + width) * a + e >= canvas.width - 1 && (y + height) * d + f >= canvas.height - 1) notes.set(canvas, []);
    },
    beginPath() { paths.set(this, ''); },
    fill() {
      const fill = ink(this, 'fill'), d = paths.get(this);
      if (d) note(this, (transform, alpha) => tag('path', { d, ...fill(alpha), transform }));
    },
    stroke() {
      const stroke = ink(this, 'stroke'), how = line(this), d = paths.get(this);
      if (d) note(this, (transform, alpha) => tag('path', { d, fill: 'none', ...stroke(alpha), ...how, transform }));
    },
    fillText(text, x, y, most = Infinity) {
      const { font, fillStyle: color, textAlign, textBaseline } = this, { width, fontBoundingBoxAscent: stands } = this.measureText(text);
      if (!String(text).trim()) return;
      this.textBaseline = 'alphabetic';
      const feet = y + this.measureText(text).fontBoundingBoxAscent - stands;
      this.textBaseline = textBaseline;
      const [, style = 'normal', weight = '400', size, family] = /^(italic )?(?:(\w+) )?([\d.]+)px (.*)$/.exec(font);
      const anchor = { center: 'middle', right: 'end', end: 'end' }[textAlign] ?? null;
      note(this, (transform, alpha) => textLine(String(text), { x, y: feet, width: Math.min(width, most), font: { style: style.trim(), weight, size: Number(size), family }, color, alpha, anchor, transform }));
    },
    drawImage(image, ...box) {
      const [sx, sy, sw, sh, x, y, width, height] = box.length === 8 ? box : [0, 0, image.width, image.height, ...box.slice(0, 2), box[2] ?? image.width, box[3] ?? image.height];
      if (!(width > 0 && height > 0 && sw > 0 && sh > 0)) return;
      if (notes.get(image)?.length) {
        const content = written(image, 1), id = shared(content, (name) => group({ id: name }, content));
        const place = `translate(${round(x)} ${round(y)}) scale(${width / sw} ${height / sh})`;
        return note(this, (transform, alpha) => group({ transform, opacity: alpha < 1 ? alpha : null }, tag('use', { href: `#${id}`, transform: place })));
      }
      const canvas = document.createElement('canvas'), context = canvas.getContext('2d');
      canvas.width = Math.ceil(TWICE * width);
      canvas.height = Math.ceil(TWICE * height);
      context.imageSmoothingEnabled = this.imageSmoothingEnabled;
      before.drawImage.call(context, image, sx, sy, sw, sh, 0, 0, canvas.width, canvas.height);
      const href = canvas.toDataURL();
      note(this, (transform, alpha) => tag('image', { x, y, width, height, preserveAspectRatio: 'none', href, opacity: alpha < 1 ? alpha : null, transform }));
    },
    ...Object.fromEntries(Object.entries(PATHS).map(([name, write]) => [name, function (...numbers) { paths.set(this, (paths.get(this) ?? '') + write(...numbers)); }])),
  };

  for (const name in noted) {
    before[name] = paint[name];
    paint[name] = function (...given) {
      noted[name].apply(this, given);
      return before[name].apply(this, given);
    };
  }
  before.createPattern = paint.createPattern;
  paint.createPattern = function (tile, repeats) {
    const pattern = before.createPattern.call(this, tile, repeats);
    tiles.set(pattern, { tile, matrix: null });
    return pattern;
  };
  CanvasPattern.prototype.setTransform = function (matrix) {
    if (tiles.has(this)) tiles.get(this).matrix = matrix;
    return before2.call(this, matrix);
  };
  try {
    draw();
  } finally {
    Object.assign(paint, before);
    CanvasPattern.prototype.setTransform = before2;
  }
  return { drawn: (canvas, scale) => (notes.has(canvas) ? written(canvas, scale) : null), defs };
}
