// What leads from part to part: the memory to each decoder layer, the decoder to the output, and a written token back to where it is read.
import { attr, make, pointIn, put } from '../lib/dom.js';
import { visible } from '../lib/text.js';

const SVG = 'http://www.w3.org/2000/svg', MOTION = 450; // ms

export function createArrows(stage) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('class', 's2s-wm-arrows');
  svg.setAttribute('aria-hidden', 'true');
  stage.append(svg);
  const flying = make(stage, 'span', 's2s-wm-chip s2s-wm-flying', { 'aria-hidden': 'true' }); // seen only while it flies
  const paths = [];
  let key = null;

  function draw(list) {
    list.forEach(({ d, kind }, i) => {
      if (!paths[i]) {
        paths[i] = document.createElementNS(SVG, 'path');
        svg.append(paths[i]);
      }
      attr(paths[i], 'd', d);
      attr(paths[i], 'data-kind', kind);
    });
    while (paths.length > list.length) paths.pop().remove();
  }
  /** Which encoder rows each decoder layer reads from. */
  function sources(run, stacks, layer) {
    const { wiring } = run.config, encoder = stacks.encoder;
    const end = (index) => encoder.row('encoder.ffn_add_norm', index) ?? encoder.row('encoder.layer', index);
    if (wiring === 'layerwise') return [end(layer)];
    if (wiring === 'mixed') return Array.from({ length: run.layers.encoder }, (_, index) => end(index));
    return [encoder.row('memory')];
  }
  const tip = (x, y, dx) => `M${x - 5 * dx},${y - 4}L${x},${y}L${x - 5 * dx},${y + 4}`;

  return {
    update({ run, open }, stacks, output) {
      const at = (node) => {
        const { left, right, top, bottom } = node.getBoundingClientRect();
        const from = pointIn(stage, { clientX: left, clientY: top }), to = pointIn(stage, { clientX: right, clientY: bottom });
        return { left: from.x, right: to.x, y: (from.y + to.y) / 2, bottom: to.y };
      };
      const narrow = at(stacks.decoder.box).left < at(stacks.encoder.box).right;
      attr(svg, 'hidden', narrow || null);
      if (narrow) return;
      const list = [];
      for (let layer = 0; layer < run.layers.decoder; layer++) {
        const target = at(layer === open.decoder ? stacks.decoder.row('decoder.cross_attn', layer) : stacks.decoder.row('decoder.layer', layer));
        sources(run, stacks, layer).forEach((node) => {
          const from = at(node), lane = from.right + ((target.left - from.right) * (layer + 1)) / (run.layers.decoder + 1);
          const kind = layer === open.decoder ? 'memory-open' : 'memory';
          list.push({ kind, d: `M${from.right},${from.y}H${lane}V${target.y}H${target.left}${tip(target.left, target.y, 1)}` });
        });
      }
      const last = at(stacks.decoder.box.lastElementChild.lastElementChild), card = at(output.box);
      list.push({ kind: 'out', d: `M${last.right},${last.y}H${(last.right + card.left) / 2 + 4}V${card.y}H${card.left}${tip(card.left, card.y, 1)}` });
      if (run.isStepwise) {
        const first = at(stacks.decoder.row('decoder.tokens'));
        const middle = (first.right + card.left) / 2 - 4, y = first.y;
        list.push({ kind: 'loop', d: `M${card.left},${card.y - 14}H${middle}V${y}H${first.right}${tip(first.right, y, -1)}` });
      }
      const now = JSON.stringify(list);
      if (now !== key) draw(list);
      key = now;
    },
    /** Let a token that was written travel to where it is read; without motion, where the visitor asked for none. */
    fly(output, decoder, text) {
      const goal = decoder.chip(decoder.row('decoder.tokens').querySelectorAll('bdi').length - 1);
      if (!text || !goal || matchMedia('(prefers-reduced-motion: reduce)').matches) return;
      put(flying, visible(text));
      const place = (node) => {
        const { left, top } = node.getBoundingClientRect(), { x, y } = pointIn(stage, { clientX: left, clientY: top });
        return `translate(${x}px, ${y}px)`;
      };
      flying.animate([{ transform: place(output.token()), opacity: 1 }, { transform: place(goal), opacity: 1 }], { duration: MOTION, easing: 'ease-in-out' });
    },
  };
}
