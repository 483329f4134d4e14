// A stack, encoder or decoder: a row a part, each a button with its name, its picture and its shape.
import { sized } from '../lib/canvas.js';
import { attr, make, pointIn, put } from '../lib/dom.js';
import { visible } from '../lib/text.js';
import { extreme, headBoxes, paintHeadRow, paintTensor, tensorImage } from './pictures.js';

const MARGIN = 8; // left of a picture, for the mark of the current row

export function createStack(stage, side, act) {
  const box = make(stage, 'section', `s2s-wm-stack s2s-wm-${side}`);
  const head = make(box, 'header', 's2s-wm-head');
  const title = make(head, 'h4'), status = make(head, 'span', 's2s-wm-status');
  const list = make(box, 'div', 's2s-wm-rows');
  const images = new Map(), scales = new Map();
  let rows = [], key = null, shownRun = null, model = null;

  function build() {
    list.replaceChildren();
    rows = model.run.rowsOf(side, model.open[side]).map((row) => {
      const button = make(list, 'button', 's2s-wm-row', { type: 'button', 'data-kind': row.kind, 'data-part': row.part, 'data-layer': row.layer });
      const label = make(button, 'span', 's2s-wm-label');
      const picture = row.kind === 'tokens' ? make(button, 'span', 's2s-wm-tokens') : row.kind === 'open' ? null : make(button, 'canvas', 's2s-wm-picture');
      const shape = make(button, 'span', 's2s-wm-shape');
      const built = { ...row, button, label, picture, shape };
      button.onclick = (event) => act.choose({ part: row.part, layer: row.layer, ...(event.detail && event.target === picture ? placeIn(built, event) : {}) });
      button.onpointermove = (event) => act.hover(event.target === picture ? cellIn(built, event) : null);
      button.onpointerleave = () => act.hover(null);
      return built;
    });
  }
  const total = () => model.run.rows[side];
  /** How many rows there are at this step. */
  const rowCount = () => (side === 'encoder' ? model.run.S : model.run.isStepwise ? model.view.step : model.run.rows.decoder);
  const shapeOf = (row) => {
    const { run } = model, sizes = { rows: rowCount(), width: run.config.width };
    if (row.kind === 'tokens') return '';
    if (row.kind === 'heads') return `${run.heads}×${sizes.rows}×${row.attention === 'self' ? sizes.rows : run.S}`;
    return row.kind === 'open' ? '' : `${sizes.rows}×${sizes.width}`;
  };
  const tensorOf = (row) => (row.kind === 'memory' ? model.run.memory(model.open.decoder) : model.run.stream(side, row.name, model.view.step));

  /** Which row of which picture lies under the pointer. */
  function rowUnder(row, event) {
    const at = Math.floor(((pointIn(row.picture, event).y - 1) / (row.picture.clientHeight - 2)) * total());
    return at >= 0 && at < total() ? at : null;
  }
  function headUnder(row, event) {
    const { x } = pointIn(row.picture, event), { clientWidth, clientHeight } = row.picture;
    const boxes = headBoxes(model.run.heads, clientWidth, clientHeight);
    const head = boxes.findIndex((each) => x >= each.x && x <= each.x + each.w);
    return head < 0 ? null : { head, across: (x - boxes[head].x) / boxes[head].w };
  }
  function placeIn(row, event) {
    const at = rowUnder(row, event), under = row.kind === 'heads' ? headUnder(row, event) : null;
    const isLive = at !== null && (side === 'encoder' || model.run.isComputed(side, model.view.step) ? at < (model.run.past ? model.view.step : total()) : at < model.view.step);
    return { ...(isLive && row.kind !== 'memory' && (side === 'encoder' || at < model.run.T) ? { row: at } : {}), ...(under && { head: under.head }) };
  }
  function cellIn(row, event) {
    const at = rowUnder(row, event);
    if (at === null || row.kind === 'open') return null;
    if (row.kind === 'heads') {
      const under = headUnder(row, event), field = model.run.field(row.attention, model.view.step);
      if (!under || at >= field.liveRows) return null;
      const col = Math.min(field.cols - 1, Math.floor(under.across * field.cols));
      return col < field.liveCols ? { row, side, at, head: under.head, col } : null;
    }
    const tensor = tensorOf(row), x = pointIn(row.picture, event).x - MARGIN;
    if (!tensor || at >= tensor.rows || x < 0) return null;
    if (side === 'decoder' && model.run.isStepwise && at >= model.view.step) return null;
    return { row, side, at, col: Math.min(tensor.width - 1, Math.floor((x / (row.picture.clientWidth - MARGIN - 1)) * tensor.width)), tensor };
  }

  function paintTokens(row) {
    const { run, view, say } = model;
    const shown = side === 'encoder' ? run.source : run.reads.map((text, i) => ({ text, joins: run.steps[i - 1]?.joins })).slice(0, run.isStepwise ? view.step : undefined);
    const current = currentRow();
    while (row.picture.children.length > shown.length) row.picture.lastChild.remove();
    shown.forEach(({ text, joins, kind = 'token' }, i) => {
      const chip = row.picture.children[i] ?? make(row.picture, 'bdi', 's2s-wm-chip');
      put(chip, kind === 'padding' ? '' : visible(text));
      attr(chip, 'title', kind === 'token' ? null : visible(text));
      attr(chip, 'data-kind', kind);
      attr(chip, 'data-joins', joins || null);
      attr(chip, 'data-current', i === current || null);
    });
    if (!shown.length) put(row.picture, '');
    attr(row.picture, 'data-empty', shown.length ? null : say('nothing_read'));
    const chip = row.picture.children[current];
    if (chip) row.picture.scrollLeft = Math.max(0, chip.offsetLeft - row.picture.offsetLeft - row.picture.clientWidth * 0.7);
  }
  const currentRow = () => (side === 'decoder' ? (model.view.step > 0 ? model.view.step - 1 : null) : model.part.startsWith('encoder.') ? model.view.row : null);

  function paintPicture(row) {
    const { run, view, theme } = model;
    const width = row.picture.clientWidth, height = row.picture.clientHeight;
    if (!width) return;
    const context = sized(row.picture, width, height);
    const paint = { total: total(), bright: side === 'encoder' || run.isComputed(side, view.step), current: currentRow() };
    if (row.kind === 'heads') {
      const field = run.field(row.attention, view.step);
      return paintHeadRow(context, field, row.layer, view.attention === row.attention ? view.head : -1, theme, headBoxes(run.heads, width, height), paint);
    }
    const tensor = tensorOf(row), name = row.kind === 'memory' ? `memory ${run.memories ? model.open.decoder : ''}` : row.name;
    if (row.kind === 'memory') paint.current = null;
    const live = !tensor ? 0 : side === 'encoder' || !run.isStepwise || run.past ? tensor.rows : view.step;
    const at = { x: MARGIN, y: 1, w: width - MARGIN - 1, h: height - 2 };
    if (!tensor) return paintTensor(context, row.picture, theme, at, paint, 0);
    const known = `${name} ${run.past && side === 'decoder' ? view.step : ''}`;
    if (!scales.has(known)) scales.set(known, extreme(tensor));
    if (!images.has(known)) images.set(known, tensorImage(tensor, theme, scales.get(known)));
    paintTensor(context, images.get(known), theme, at, paint, live);
  }

  return {
    box,
    /** The row of a part, for arrows; a layer's is that of the layer which is asked for. */
    row: (part, layer) => rows.find((each) => each.part === part && (layer === undefined || each.layer === layer))?.button,
    chip: (place) => rows[0]?.picture.children[place],
    /** The numbers of the tensors that are drawn, as far as they exist. */
    rows: () => rows.filter(({ kind }) => !['tokens', 'heads', 'open'].includes(kind)).flatMap((row) => {
      const tensor = tensorOf(row), numbers = [];
      for (let at = 0; at < Math.min(tensor?.rows ?? 0, row.kind === 'memory' ? Infinity : rowCount()); at++)
        for (let col = 0; col < tensor.width; col++) numbers.push([row.part, row.layer === undefined ? null : row.layer + 1, null, at + 1, '', col + 1, '', tensor.data[at * tensor.width + col], '']);
      return numbers;
    }),
    update(now) {
      model = now;
      const { run, view, say, part, restyled } = now, shape = JSON.stringify([run.layers, run.config, now.open[side]]);
      if (run !== shownRun || restyled) {
        images.clear();
        if (run !== shownRun) scales.clear();
        shownRun = run;
      }
      if (shape !== key) {
        key = shape;
        build();
      }
      const computed = run.isComputed(side, view.step);
      put(title, say(side));
      put(status, side === 'encoder' ? say(computed ? 'computed' : 'kept_memory')
        : run.isStepwise && !run.past ? (view.step ? say('kept_cache', { n: view.step, count: view.step - 1 }) : say('not_begun'))
        : say(run.past ? 'recomputed' : 'computed_all', { count: run.rows.decoder }));
      attr(box, 'data-kept', (side === 'encoder' && !computed) || null);
      for (const row of rows) {
        put(row.label, say(`part_${row.part.replace('.', '_')}${row.part === 'decoder.tokens' && !run.isStepwise ? `_${run.parallel ? 'parallel' : 'training'}` : ''}`, { layer: (row.layer ?? 0) + 1, ...namesOf(run, say) }));
        put(row.shape, shapeOf(row));
        attr(row.button, 'data-chosen', row.part === part && (row.layer === undefined || row.layer === now.open[side]) || null);
        attr(row.button, 'aria-pressed', String(row.part === part && (row.layer === undefined || row.layer === now.open[side])));
        if (row.kind === 'tokens') paintTokens(row);
        else if (row.picture) paintPicture(row);
      }
    },
  };
}

/** What the sub-layers of this model are called, as it was built. */
export function namesOf({ config, causal, parallel }, say) {
  const pre = config.norm_order === 'pre' && config.layer_norm;
  const after = config.residual ? (pre || !config.layer_norm ? 'add' : 'add_norm') : pre || !config.layer_norm ? 'plain' : 'norm';
  return { before: pre ? say('norm_before') : '', after: say(`after_${after}`), masked: config.causal && !parallel && causal ? say('masked') : '' };
}
