// All heads at once: a panel for each attention, rows are layers, columns are heads. Knows nothing of the other
// parts. `update` takes {panels: [{name, title, field, row, chosen: {layer, head}|null, summary}], theme, hover, labels, hint, resized};
// `act` has choose({attention, layer, head, row}), hover(cell|null) and describe(cell) → text.

function createWall(root, act) {
  const box = make(root, 'section', 's2s-wall');
  const grid = make(box, 'div', 's2s-panels');
  const foot = make(box, 'footer');
  const readout = make(foot, 'span', 's2s-readout');
  const legend = make(foot, 'canvas', 's2s-legend', { role: 'img' });
  const GUTTER = 16, TOP = 16, GAP = 5;
  const panels = [];
  let model;

  function addPanel() {
    const frame = make(grid, 'div', 's2s-panel');
    const title = make(frame, 'h4');
    const stage = make(frame, 'div', 's2s-maps');
    const base = make(stage, 'canvas', '', { role: 'img' }), over = make(stage, 'canvas', '', { 'aria-hidden': 'true' });
    const pixels = document.createElement('canvas'), hatch = document.createElement('canvas');
    const panel = { title, stage, base, over, pixels, hatch, spec: null, at: null, size: null };
    over.onpointermove = (event) => {
      const cell = cellAt(panel, event);
      paintStyle(over, 'cursor', cell ? 'pointer' : '');
      act.hover(cell && { ...cell, from: 'wall' });
    };
    over.onpointerleave = () => act.hover(null);
    over.onclick = (event) => {
      const cell = cellAt(panel, event);
      if (cell) act.choose(cell);
    };
    panels.push(panel);
  }

  function place({ size, spec }) {
    const { layers, heads } = spec.field;
    const { width, height } = size;
    const w = Math.floor((width - GUTTER - (heads - 1) * GAP - 2) / heads);
    const h = Math.floor(Math.min((height - TOP - (layers - 1) * GAP - 2) / layers, w));
    return { width, height, w, h, x: (head) => GUTTER + head * (w + GAP), y: (layer) => TOP + layer * (h + GAP) };
  }
  function cellAt({ over, spec, at }, event) {
    if (!at) return null;
    const frame = over.getBoundingClientRect(), { field } = spec;
    const x = event.clientX - frame.left - GUTTER, y = event.clientY - frame.top - TOP;
    const head = Math.floor(x / (at.w + GAP)), layer = Math.floor(y / (at.h + GAP));
    if (x < 0 || y < 0 || head >= field.heads || layer >= field.layers) return null;
    const row = clamp(Math.floor(((y - layer * (at.h + GAP)) / at.h) * field.rows), 0, field.rows - 1);
    const col = clamp(Math.floor(((x - head * (at.w + GAP)) / at.w) * field.cols), 0, field.cols - 1);
    return { attention: spec.name, layer, head, row, col };
  }

  function paintBase(panel) {
    const { base, pixels, hatch, spec, at } = panel;
    const { field } = spec, { theme } = model;
    const { layers, heads, rows, cols } = field;
    // Every cell of the panel is one pixel of one image; each map is then one scaled copy.
    if (!rows || !cols) return void sized(base, at.width, at.height);
    const stride = heads * cols;
    pixels.width = stride;
    pixels.height = layers * rows;
    const out = new Uint32Array(stride * layers * rows);
    const table = field.signed ? theme.changeTable : theme.weightTable;
    for (let map = 0; map < layers * heads; map++)
      paintMap(out, stride, Math.floor(map / heads) * rows * stride + (map % heads) * cols, field, map, table);
    pixels.getContext('2d').putImageData(new ImageData(new Uint8ClampedArray(out.buffer), stride, layers * rows), 0, 0);
    const masked = !!field.mask && field.liveRows > 0 && field.mask.some((kind) => kind > 0);
    if (masked) paintHatch(sized(hatch, at.w, at.h), field, theme, 0, 0, at.w, at.h);

    const context = sized(base, at.width, at.height);
    const ratio = window.devicePixelRatio || 1;
    context.imageSmoothingEnabled = rows > at.h * ratio || cols > at.w * ratio; // average rather than drop rows
    context.font = `12px ${theme.sans}`;
    context.textBaseline = 'middle';
    context.textAlign = 'center';
    context.strokeStyle = theme.faint;
    for (let layer = 0; layer < layers; layer++) {
      const mine = spec.chosen?.layer === layer;
      context.fillStyle = mine ? theme.ink : theme.quiet;
      context.fillText(layer + 1, GUTTER / 2 - 2, at.y(layer) + at.h / 2);
      for (let head = 0; head < heads; head++) {
        const x = at.x(head), y = at.y(layer);
        context.drawImage(pixels, head * cols, layer * rows, cols, rows, x, y, at.w, at.h);
        if (masked) context.drawImage(hatch, 0, 0, hatch.width, hatch.height, x, y, at.w, at.h);
        context.strokeRect(x - 0.5, y - 0.5, at.w + 1, at.h + 1);
      }
    }
    for (let head = 0; head < heads; head++) {
      context.fillStyle = spec.chosen?.head === head ? theme.ink : theme.quiet;
      context.fillText(head + 1, at.x(head) + at.w / 2, 7);
    }
  }

  function paintOver(panel, hover) {
    const { over, spec, at } = panel, { theme } = model, { field } = spec;
    const context = sized(over, at.width, at.height);
    const dx = at.w / field.cols, dy = at.h / field.rows;
    const here = hover && hover.attention === spec.name ? hover : null;
    for (let layer = 0; layer < field.layers; layer++)
      for (let head = 0; head < field.heads; head++) {
        const x = at.x(head), y = at.y(layer);
        if (spec.row !== null && spec.row < field.liveRows) {
          const middle = y + (spec.row + 0.5) * dy;
          context.fillStyle = theme.mark;
          context.fillRect(x - 4, middle - 1, 4, 2);
        }
        if (!here) continue;
        context.fillStyle = theme.band;
        if (here.row !== null && here.row < field.rows) context.fillRect(x, y + here.row * dy, at.w, Math.max(1, dy));
        if (here.col < field.cols) context.fillRect(x + here.col * dx, y, Math.max(1, dx), at.h);
        if (here.row === null || here.row >= field.rows || here.col >= field.cols) continue;
        context.strokeStyle = theme.ink;
        context.lineWidth = 1;
        context.strokeRect(x + here.col * dx - 0.5, y + here.row * dy - 0.5, dx + 1, dy + 1);
      }
    if (!spec.chosen) return;
    context.strokeStyle = theme.mark;
    context.lineWidth = 2;
    context.strokeRect(at.x(spec.chosen.head) - 1.5, at.y(spec.chosen.layer) - 1.5, at.w + 3, at.h + 3);
  }

  /** What colours and hatches mean, naming only the hatches that occur. */
  function paintLegend() {
    const { theme, labels, panels: specs } = model;
    const signed = specs[0].field.signed;
    const present = [CAUSAL, PADDING, BY_HAND].filter((kind) => specs.some(({ field }) => field.mask?.includes(kind)));
    const context = legend.getContext('2d');
    const font = (context.font = `12px ${theme.sans}`); // resizing a canvas forgets its font
    const parts = [labels.scale, ...present.map((kind) => labels[kind])];
    const low = signed ? labels.minus : '0', high = signed ? labels.plus : '1';
    const span = (text) => context.measureText(text).width;
    const width = Math.ceil(parts.reduce((sum, text) => sum + span(text) + 16, 0) + present.length * 24 + span(low) + span(high) + 100);
    for (const side of ['width', 'height']) paintStyle(legend, side, (side === 'width' ? width : 18) + 'px');
    const paint = sized(legend, width, 18);
    paint.font = font;
    paint.textBaseline = 'middle';
    paint.fillStyle = paint.strokeStyle = theme.quiet;
    let x = 0;
    const write = (text, gap) => { paint.fillStyle = theme.quiet; paint.fillText(text, x, 9); x += span(text) + gap; };
    write(low, 5);
    paintScale(paint, theme, signed, x, 4, 80, 10);
    x += 86;
    write(high, 8);
    write(parts[0], 16);
    present.forEach((kind, i) => {
      paint.fillStyle = hatchesOf(theme)[kind];
      paint.fillRect(x, 3, 18, 12);
      paint.strokeStyle = theme.faint;
      paint.strokeRect(x - 0.5, 2.5, 19, 13);
      x += 24;
      write(parts[i + 1], 14);
    });
    attr(legend, 'aria-label', [`${low}–${high}`, ...parts].join(', '));
  }

  return {
    update(next) {
      model = next;
      while (panels.length < next.panels.length) addPanel();
      while (panels.length > next.panels.length) panels.pop().stage.parentElement.remove();
      next.panels.forEach((spec, i) => {
        const panel = panels[i];
        panel.spec = spec;
        put(panel.title, spec.title);
        attr(panel.stage.parentElement, 'data-chosen', !!spec.chosen || null);
        if (next.resized || !panel.size) panel.size = { width: panel.stage.clientWidth, height: panel.stage.clientHeight };
        panel.at = place(panel);
        if (panel.at.w < 3 || panel.at.h < 3) return (panel.at = null); // not laid out yet
        attr(panel.base, 'aria-label', spec.summary);
        paintBase(panel);
      });
      paintLegend();
      this.point(next.hover);
    },
    point(hover) {
      for (const panel of panels) if (panel.at) paintOver(panel, hover);
      put(readout, hover?.from === 'wall' ? act.describe(hover, true) : model.hint);
    },
  };
}
