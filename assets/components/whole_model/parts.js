// The parts of the picture: which there are, in which order, and what each is made of.
import { floatsOf } from '../lib/bytes.js';

export const sideOf = (part) => (part.startsWith('encoder.') ? 'encoder' : part.startsWith('decoder.') ? 'decoder' : null);
/** The attention that one looks at with a part; what belongs to none of the decoder's two leaves it as it is. */
export function attentionOf(part, before) {
  if (sideOf(part) === 'encoder') return 'encoder';
  if (part.startsWith('decoder.self_attn')) return 'self';
  return part.startsWith('decoder.cross_attn') || before === 'encoder' ? 'cross' : before;
}

/** A run with the tensors that pass between its parts: {rows, width, data} by side and name. */
export function openModel(run) {
  const layers = { encoder: run.shape.encoder_layers, decoder: run.shape.decoder_layers };
  const rows = { encoder: run.S, decoder: run.reads.length };
  const { width } = run.config;
  const whole = {}, past = new Map();
  const numbersOf = (side) => (whole[side] ??= floatsOf(run.streams[side].data));
  let memories = null;
  const slice = (data, index, count) => ({ rows: count, width, data: data.subarray(index * count * width, (index + 1) * count * width) });

  /** A tensor as it is at a step; null before there is any. */
  function stream(side, name, step) {
    const index = run.streams[side].parts.indexOf(name);
    if (index < 0) return null;
    if (side === 'encoder' || !run.past) return slice(numbersOf(side), index, rows[side]);
    if (!step) return null;
    if (!past.has(step)) past.set(step, floatsOf(run.past[step - 1]));
    return slice(past.get(step), index, step);
  }
  const norm = run.config.final_norm;
  const lastOf = (side) => (norm ? 'final_norm' : `${layers[side] - 1}.ffn`);
  /** What a decoder layer's cross-attention reads. */
  function memory(layer) {
    if (!run.memories) return stream('encoder', lastOf('encoder'));
    memories ??= floatsOf(run.memories);
    return slice(memories, layer, run.S);
  }

  function sublayers(side, layer) {
    const names = side === 'encoder' ? ['self_attn', 'ffn'] : ['self_attn', 'cross_attn', 'ffn'];
    return names.flatMap((name) => [
      name === 'ffn' ? { part: `${side}.ffn`, layer, kind: 'stream', name: `${layer}.ffn.added` }
        : { part: `${side}.${name}`, layer, kind: 'heads', attention: side === 'encoder' ? 'encoder' : name.slice(0, -5) },
      { part: `${side}.${name}_add_norm`, layer, kind: 'stream', name: `${layer}.${name}` },
    ]);
  }
  /** The rows of a stack, from what is read at the top to what is handed on at the bottom. */
  function rowsOf(side, open) {
    const list = [{ part: `${side}.tokens`, kind: 'tokens' }, { part: `${side}.embedding`, kind: 'stream', name: 'embedding' }];
    for (let layer = 0; layer < layers[side]; layer++) {
      if (layer !== open) list.push({ part: `${side}.layer`, layer, kind: 'closed', name: `${layer}.ffn` });
      else list.push({ part: `${side}.layer`, layer, kind: 'open' }, ...sublayers(side, layer));
    }
    if (norm) list.push({ part: `${side}.final_norm`, kind: 'stream', name: 'final_norm' });
    if (side === 'encoder') list.push({ part: 'memory', kind: 'memory' });
    return list;
  }
  const parts = new Set(['output', ...['encoder', 'decoder'].flatMap((side) => rowsOf(side, 0).map(({ part }) => part))]);
  return {
    ...run, layers, rows, stream, memory, rowsOf,
    /** An attention as it is at a step; in training all rows are computed at once. */
    field: (attention, step) => run.field(attention, run.mode === 'training' ? run.T : step),
    has: (part) => parts.has(part) || part === 'encoder.layer' || part === 'decoder.layer',
    isStepwise: !run.parallel && run.mode === 'writing',
    /** Whether all of a side is computed in this step; else it is the newest row alone, and the rest is kept. */
    isComputed: (side, step) => run.parallel || run.mode === 'training' || (side === 'encoder' ? step === 0 : !!run.past),
  };
}
