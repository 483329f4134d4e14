// Canvases as sharp as the screen, and the textures for cells that may not attend.
import { zoomOf } from './dom.js';

/** Give a canvas the size of its box in device pixels; returns a context in CSS pixels. */
export function sized(canvas, width, height) {
  const ratio = (window.devicePixelRatio || 1) * zoomOf(canvas);
  const w = Math.round(width * ratio), h = Math.round(height * ratio);
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
  }
  const context = canvas.getContext('2d');
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

export const CAUSAL = 1, PADDING = 2, BY_HAND = 3;
export const MASKS = ['', 'causal', 'padding', 'by_hand']; // in files, by kind
/** Three textures for the three reasons why a cell may not attend. */
export function hatchesOf(theme) {
  if (theme.hatches) return theme.hatches;
  const draw = (size, stroke) => {
    const ratio = window.devicePixelRatio || 1;
    const tile = document.createElement('canvas');
    tile.width = tile.height = Math.round(size * ratio);
    const context = tile.getContext('2d');
    context.scale(tile.width / size, tile.width / size);
    context.strokeStyle = context.fillStyle = theme.quiet;
    context.lineWidth = 0.8;
    context.globalAlpha = 0.6;
    context.beginPath();
    stroke(context, size);
    context.stroke();
    const pattern = context.createPattern(tile, 'repeat');
    pattern.setTransform(new DOMMatrix().scale(size / tile.width));
    return pattern;
  };
  const slash = (c, s) => [-s, 0, s].forEach((x) => { c.moveTo(x - 1, s + 1); c.lineTo(x + s + 1, -1); });
  const backslash = (c, s) => [-s, 0, s].forEach((x) => { c.moveTo(x - 1, -1); c.lineTo(x + s + 1, s + 1); });
  theme.hatches = {
    [CAUSAL]: draw(5, slash),
    [PADDING]: draw(4, (c) => { c.rect(1, 1, 1.1, 1.1); c.fill(); }),
    [BY_HAND]: draw(6, (c, s) => { slash(c, s); backslash(c, s); }),
  };
  return theme.hatches;
}
