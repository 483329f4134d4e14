// Files made in the browser: pictures, tables, and a place for them on the visitor's disk.
import { bytesOf } from '../lib/bytes.js';
import { TWICE } from './svg.js';


export function download(name, content, type) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
export const downloadBytes = (name, base64, type) => download(name, bytesOf(base64), type);

/** A name for a file that every system takes. */
export const fileName = (parts, kind) => `${parts.filter(Boolean).join('-').toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-+|-+$/g, '').slice(0, 100) || 'view'}.${kind}`;

function cellText(value) {
  const text = value === null || value === undefined || Number.isNaN(value) ? '' : typeof value === 'number' ? String(Number(value.toPrecision(9))) : String(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
/** Tables as CSV, an empty line between two; the mark at its beginning tells Excel that it is UTF-8. */
export const csvOf = (...tables) => '\ufeff' + tables.map(({ columns, rows }) => [columns, ...rows].map((row) => row.map(cellText).join(',') + '\r\n').join('')).join('\r\n');

const base64 = (blob) => new Promise((done, failed) => {
  const reader = new FileReader();
  reader.onload = () => done(reader.result);
  reader.onerror = () => failed(reader.error);
  reader.readAsDataURL(blob);
});
/** The rules that bring the fonts which a text asks for, with the fonts themselves. */
export async function fontsIn(text) {
  const rules = [...document.styleSheets].flatMap((sheet) => {
    try { return [...sheet.cssRules].map((rule) => [rule, sheet.href]); } catch { return []; } // another server's
  }).filter(([rule]) => rule instanceof CSSFontFaceRule);
  const wanted = rules.filter(([rule]) => text.includes(rule.style.getPropertyValue('font-family').replace(/["']/g, '')));
  const found = await Promise.all(wanted.map(async ([rule, base]) => {
    const [, path] = /url\(["']?([^"')]+)["']?\)/.exec(rule.style.getPropertyValue('src')) ?? [];
    if (!path) return '';
    try {
      const face = await base64(await (await fetch(new URL(path, base ?? document.baseURI))).blob());
      return rule.cssText.replace(/src:[^;]*;?/, `src: url("${face}");`);
    } catch { return ''; } // then with the fonts of the system
  }));
  return [...new Set(found)].join('');
}

/** A picture of an SVG with twice as many pixels. */
export async function pngOf(svg, { width, height }) {
  const fonts = await fontsIn(svg), image = new Image();
  image.src = URL.createObjectURL(new Blob([fonts ? svg.replace(/(<svg[^>]*>)/, `$1<style>${fonts}</style>`) : svg], { type: 'image/svg+xml' }));
  try {
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = TWICE * width;
    canvas.height = TWICE * height;
    canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((done) => { canvas.toBlob(done, 'image/png'); });
  } finally {
    URL.revokeObjectURL(image.src);
  }
}
