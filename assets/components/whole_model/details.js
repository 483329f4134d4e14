// The part that is chosen: what it does, its shape, its numbers in this run, and the door to its page.
import { sized } from '../lib/canvas.js';
import { make, put, attr } from '../lib/dom.js';
import { cellOf, maskOf } from '../lib/maps.js';
import { percent, signedText, visible } from '../lib/text.js';
import { extreme, tensorImage } from './pictures.js';
import { sideOf } from './parts.js';
import { namesOf } from './stack.js';

const FEATURES = 8, KEYS = 5;

export function createDetails(root, act) {
  const box = make(root, 'section', 's2s-wm-details', { 'aria-live': 'off' });
  const words = make(box, 'div', 's2s-wm-words');
  const head = make(words, 'header');
  const title = make(head, 'h4'), shape = make(head, 'span', 's2s-wm-status');
  const sentence = make(words, 'p');
  const door = make(words, 'button', 's2s-button s2s-wm-door', { type: 'button', 'data-online': '' });
  const numbers = make(box, 'div', 's2s-wm-numbers');
  const of = make(numbers, 'p', 's2s-wm-of'), strip = make(numbers, 'canvas', 's2s-wm-strip'), list = make(numbers, 'p', 's2s-wm-list'), readout = make(numbers, 'p', 's2s-wm-readout');
  door.onclick = () => act.open();

  const quote = (text) => `“${visible(text)}”`;
  const tokenAt = ({ run }, side, at) => quote(side === 'encoder' ? run.source[at].text : run.reads[at]);

  /** The row that is looked at, of a part that has rows; null before there is any. */
  function currentRow({ run, view }, side) {
    if (side === 'encoder') return view.row;
    return view.step > 0 ? Math.min(view.step, run.rows.decoder) - 1 : run.mode === 'training' ? 0 : null;
  }
  function rowOf(model) {
    const { run, part, open } = model, side = sideOf(part) ?? 'encoder';
    if (part === 'memory') return { side, kind: 'memory', row: model.view.row };
    const found = run.rowsOf(side, open[side]).find((each) => each.part === part && (each.layer === undefined || each.layer === open[side]));
    return { ...found, side, row: currentRow(model, side), ...(part.endsWith('.layer') && { kind: 'stream', name: `${open[side]}.ffn` }) };
  }

  function paintStrip(tensor, at, theme) {
    attr(strip, 'hidden', !tensor || null);
    if (!tensor || !strip.clientWidth) return;
    const context = sized(strip, strip.clientWidth, strip.clientHeight), largest = extreme(tensor);
    const row = { rows: 1, width: tensor.width, data: tensor.data.subarray(at * tensor.width, (at + 1) * tensor.width) };
    context.imageSmoothingEnabled = false;
    context.drawImage(tensorImage(row, theme, largest), 0, 0, strip.clientWidth, strip.clientHeight);
  }
  function showVector(model, { side, row, kind, name }) {
    const { run, say, view, theme, open } = model;
    const tensor = kind === 'memory' ? run.memory(open.decoder) : run.stream(side, name, view.step);
    if (!tensor || row === null || row >= tensor.rows) return nothing(model);
    const values = tensor.data.subarray(row * tensor.width, (row + 1) * tensor.width);
    put(of, say('vector_of', { token: tokenAt(model, side, row), place: row + 1, width: tensor.width }));
    put(list, `(${Array.from(values.slice(0, FEATURES), (value) => signedText(value)).join(', ')}${tensor.width > FEATURES ? ', …' : ''})`);
    paintStrip(tensor, row, theme);
  }
  function showWeights(model, { side, row, attention }) {
    const { run, say, view } = model, field = run.field(attention, view.step);
    paintStrip(null);
    if (row === null || row >= field.liveRows) return nothing(model);
    const map = view.layer * field.heads + view.head, keys = [];
    for (let col = 0; col < field.liveCols; col++) if (!maskOf(field, row, col)) keys.push([cellOf(field, map, row, col), col]);
    keys.sort((a, b) => b[0] - a[0]);
    put(of, say('weights_of', { token: tokenAt(model, side, row), place: row + 1, head: view.head + 1, heads: run.heads }));
    put(list, keys.slice(0, KEYS).map(([weight, col]) => `${quote(run.colText(attention, col))} (${run.colPlace(attention, col)}) ${weight.toFixed(3)}`).join(' · ') + (keys.length > KEYS ? ' · …' : ''));
  }
  function showTokens(model, side) {
    const { run, say, view } = model;
    paintStrip(null);
    const count = side === 'encoder' ? run.S : run.isStepwise ? view.step : run.rows.decoder;
    if (!count) return nothing(model);
    put(of, say('tokens_of', { count }));
    put(list, Array.from({ length: count }, (_, at) => tokenAt(model, side, at)).join(' '));
  }
  function showOutput({ run, say, view }) {
    paintStrip(null);
    const step = run.steps[view.step - 1];
    if (!step) return nothing({ say, view });
    put(of, say('output_of', { symbols: run.config.symbols, place: view.step, entropy: step.entropy.toFixed(3) }));
    put(list, step.top.slice(0, KEYS).map(({ text, p }) => `${quote(text)} ${percent(p)}`).join(' · '));
  }
  function nothing({ say }) {
    paintStrip(null);
    put(of, say('nothing_yet'));
    put(list, '');
  }

  function point({ hover, run, say, view }) {
    if (!hover) return put(readout, say('hint'));
    const { row, side, at, col, head, tensor } = hover, token = quote(side === 'encoder' ? run.source[at].text : run.reads[at]);
    if (tensor) return put(readout, say('cell_feature', { token, place: at + 1, feature: col + 1, value: signedText(tensor.data[at * tensor.width + col], 3) }));
    const field = run.field(row.attention, view.step), words = { token, place: at + 1, key: quote(run.colText(row.attention, col)), key_place: run.colPlace(row.attention, col), head: head + 1 };
    if (maskOf(field, at, col)) return put(readout, say('cell_masked', words));
    put(readout, say('cell_weight', { ...words, value: cellOf(field, row.layer * field.heads + head, at, col).toFixed(field.digits) }));
  }

  return {
    point,
    update(model) {
      const { run, say, part, open, view, doors, pages } = model, side = sideOf(part), config = run.config;
      const name = part.replace('.', '_');
      const sizes = {
        layer: (side ? open[side] : 0) + 1, of: side ? run.layers[side] : 0, heads: run.heads, width: config.width, head_width: config.head_width, hidden: config.hidden,
        S: run.S, T: run.isStepwise ? view.step : run.rows.decoder, symbols: config.symbols, source_symbols: config.source_symbols, layers: run.layers.decoder, ...namesOf(run, say),
      };
      const kind = rowOf(model).kind;
      const rows = side === 'decoder' || part === 'output' ? sizes.T : sizes.S;
      put(title, say(`part_${name}`, sizes) + (kind === 'heads' || part.includes('ffn') || part.includes('add_norm') ? ` · ${say('in_layer', sizes)}` : ''));
      put(shape, kind === 'heads' ? say('shape_heads', { heads: run.heads, rows, keys: part === 'decoder.self_attn' ? sizes.T : sizes.S })
        : kind === 'tokens' ? say('shape_tokens', { rows }) : part === 'output' ? say('shape_output', { rows, symbols: config.symbols }) : say('shape_stream', { rows, width: config.width }));
      put(sentence, say(sentenceOf(part, run), sizes));
      put(door, say('door', { page: pages[doors[part]] }));
      const row = rowOf(model);
      if (part === 'output') showOutput(model);
      else if (kind === 'tokens') showTokens(model, side);
      else if (kind === 'heads') showWeights(model, row);
      else showVector(model, row);
      point(model);
    },
  };
}

/** Which sentence of the catalogue fits a part of this model. */
function sentenceOf(part, { config, mode, parallel }) {
  const name = part.replace('.', '_');
  if (part === 'decoder.tokens' || part === 'output') return `does_${name}_${parallel ? 'parallel' : mode}`;
  if (part.endsWith('.embedding')) return config.position === 'none' ? 'does_embedding_alone' : 'does_embedding';
  if (part === 'decoder.self_attn') return config.causal ? 'does_masked' : 'does_unmasked';
  if (part.endsWith('add_norm')) {
    if (!config.residual) return config.layer_norm ? 'does_norm_alone' : 'does_plain';
    if (!config.layer_norm) return 'does_add_alone';
    return config.norm_order === 'pre' ? 'does_add_pre' : 'does_add_norm';
  }
  if (part.endsWith('.ffn')) return 'does_ffn';
  if (part.endsWith('.layer')) return `does_${name}`;
  if (part.endsWith('.final_norm')) return 'does_final_norm';
  if (part === 'memory') return `does_memory_${config.wiring}`;
  return `does_${name}`;
}
