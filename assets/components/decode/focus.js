// The chosen head, large: a heatmap to read values from, and the current row as lines to what it attends to.

function createFocus(root, act) {
  const box = make(root, 'section', 's2s-focus');
  const head = make(box, 'header');
  const title = make(head, 'h4');
  const attention = createChoice(head, (value) => act.choose({ attention: value }));
  const compare = createChoice(head, (value) => act.compare(value));
  const stage = make(box, 'div', 's2s-stage');
  const heat = make(stage, 'div', 's2s-heat');
  const base = make(heat, 'canvas', '', { role: 'img' }), over = make(heat, 'canvas', '', { 'aria-hidden': 'true' });
  const lines = createLines(stage, act);
  const readout = make(box, 'footer', 's2s-readout');
  let model, at = null, size = null, LABEL = 12; // px

  /** Where the cells are. Depends on the finished run only, so it stays put while stepping. */
  function place(context) {
    const { field, shown, view } = model;
    const { width, height } = size;
    LABEL = width > 800 ? 14 : 12;
    context.font = `${LABEL}px ${model.theme.mono}`;
    let label = 0;
    for (let i = 0; i < field.rows; i++) label = Math.max(label, context.measureText(rowLabel(shown, view.attention, i)).width);
    const left = Math.ceil(Math.min(label + 14, width * 0.24)), top = 2.6 * LABEL;
    const w = Math.floor(Math.min(field.cols * 44, width * 0.58 - left)), h = height - top - 2;
    return { left, top, w, h: Math.floor(Math.min(h, field.rows * 40)), width: left + w + 6, height, dx: w / field.cols, dy: Math.min(h, field.rows * 40) / field.rows };
  }
  const rowLabel = (run, name, i) => run.rowText(name, i, (reads, predicts) => `${reads} → ${predicts}`);

  function cut(context, text, room) {
    if (context.measureText(text).width <= room) return text;
    const chars = [...text];
    while (chars.length > 1 && context.measureText(chars.join('') + '…').width > room) chars.pop();
    return chars.length > 1 || room > 16 ? chars.join('') + '…' : '';
  }

  function paintBase() {
    const { field, map, theme, shown, view, row } = model;
    const context = sized(base, at.width, at.height);
    const { left, top, w, h, dx, dy } = at;
    if (!field.rows || !field.cols) return;
    const image = document.createElement('canvas');
    image.width = field.cols;
    image.height = field.rows;
    const pixels = new Uint32Array(field.rows * field.cols);
    paintMap(pixels, field.cols, 0, field, map, field.signed ? theme.changeTable : theme.weightTable);
    image.getContext('2d').putImageData(new ImageData(new Uint8ClampedArray(pixels.buffer), field.cols, field.rows), 0, 0);
    context.imageSmoothingEnabled = false;
    context.drawImage(image, left, top, w, h);
    paintHatch(context, field, theme, left, top, w, h);
    context.strokeStyle = theme.faint;
    context.lineWidth = 1;
    context.strokeRect(left - 0.5, top - 0.5, w + 1, h + 1);

    context.textBaseline = 'middle';
    context.textAlign = 'right';
    let free = -Infinity;
    for (let i = 0; i < field.liveRows; i++) {
      const y = top + (i + 0.5) * dy, current = i === row;
      if (!current && (y - free < LABEL || (row !== null && Math.abs(i - row) * dy < LABEL))) continue;
      free = y;
      context.font = `${current ? 'bold ' : ''}${LABEL}px ${theme.mono}`;
      context.fillStyle = current ? theme.mark : theme.quiet;
      context.fillText(cut(context, rowLabel(shown, view.attention, i), left - 12), left - 8, y);
    }
    context.textAlign = 'center';
    context.font = `${LABEL}px ${theme.mono}`;
    let used = left - 8, usedPlace = -Infinity;
    for (let j = 0; j < field.liveCols; j++) {
      const x = left + (j + 0.5) * dx;
      const text = cut(context, shown.colText(view.attention, j), Math.max(dx + 4, 2 * (x - used) - 2));
      const half = context.measureText(text).width / 2;
      context.fillStyle = theme.ink;
      if (text && x - half >= used) {
        context.fillText(text, x, LABEL * 0.65);
        used = x + half + 1;
      }
      const number = String(shown.colPlace(view.attention, j)), side = context.measureText(number).width / 2;
      context.fillStyle = theme.quiet;
      if (x - side < usedPlace) continue;
      context.fillText(number, x, LABEL * 1.85);
      usedPlace = x + side + 3;
    }
    attr(base, 'aria-label', title.textContent + '. ' + act.summary());
  }

  function paintOver(hover) {
    const { field, theme, row, view } = model;
    const context = sized(over, at.width, at.height);
    const { left, top, w, h, dx, dy } = at;
    const frame = (x, y, width, height, color, thick) => {
      context.strokeStyle = color;
      context.lineWidth = thick;
      context.strokeRect(x, y, width, height);
    };
    if (row !== null && row < field.liveRows) {
      frame(left - 1, top + row * dy - 0.5, w + 2, dy + 1, theme.mark, 2);
      context.fillStyle = theme.mark;
      context.beginPath();
      context.moveTo(left - 6, top + (row + 0.5) * dy - 4);
      context.lineTo(left - 1, top + (row + 0.5) * dy);
      context.lineTo(left - 6, top + (row + 0.5) * dy + 4);
      context.fill();
    }
    if (!hover || hover.attention !== view.attention) return;
    context.fillStyle = theme.band;
    if (hover.row !== null && hover.row < field.rows) context.fillRect(left, top + hover.row * dy, w, dy);
    if (hover.col < field.cols) context.fillRect(left + hover.col * dx, top, dx, h);
    if (hover.row !== null && hover.row < field.rows && hover.col < field.cols) {
      frame(left + hover.col * dx, top + hover.row * dy, dx, dy, theme.ground, 3);
      frame(left + hover.col * dx, top + hover.row * dy, dx, dy, theme.ink, 1.5);
    }
  }

  function cellAt(event) {
    const { left, top, w, h, dx, dy } = at;
    const box = over.getBoundingClientRect();
    const x = event.clientX - box.left - left, y = event.clientY - box.top - top;
    if (y < 0 || x >= w || y >= h || x < -left) return null;
    return { row: Math.floor(y / dy), col: x < 0 ? null : Math.floor(x / dx) };
  }
  over.onpointermove = (event) => {
    const cell = at && cellAt(event);
    act.hover(cell && cell.col !== null ? { attention: model.view.attention, layer: model.layer, head: model.head, ...cell, from: 'focus' } : null);
  };
  over.onpointerleave = () => act.hover(null);
  over.onclick = (event) => {
    const cell = at && cellAt(event);
    if (cell) act.choose({ row: cell.row });
  };

  return {
    update(next) {
      const { say, view, shown, pinnedRun, layer, head: headIndex } = (model = next);
      put(title, say('head_title', { attention: say(`name_${view.attention}`), layer: layer + 1, head: headIndex + 1 }));
      attention.update(['encoder', 'self', 'cross'].map((value) => ({
        value, label: say(`short_${value}`), title: say(value === 'self' ? (shown.causal ? 'panel_self' : 'panel_self_open') : `panel_${value}`),
      })), view.attention, say('attention'));
      attr(compare.box, 'hidden', !pinnedRun || null);
      if (pinnedRun) compare.update([
        { value: 'b', label: say('compare_b'), title: say('compare_b_title') },
        { value: 'a', label: say('compare_a'), title: say('compare_a_title', { label: pinnedRun.label }) },
        { value: 'difference', label: say('compare_difference'), disabled: !next.comparable,
          title: say(next.comparable ? 'compare_difference_title' : 'compare_impossible') },
      ], view.compare, say('compare'));
      // Reading sizes makes the browser lay out at once, so they are read only when they can have changed.
      if (next.resized || !size) size = { width: stage.clientWidth, height: stage.clientHeight };
      at = place(base.getContext('2d'));
      for (const canvas of [base, over]) {
        paintStyle(canvas, 'width', at.width + 'px');
        paintStyle(canvas, 'height', at.height + 'px');
      }
      paintStyle(heat, 'width', at.width + 'px');
      paintBase();
      lines.measure(size, at.width);
      this.point(next.hover);
    },
    point(hover) {
      if (!at) return;
      paintOver(hover);
      const here = hover && hover.attention === model.view.attention ? hover : null;
      const row = here?.row ?? model.row;
      lines.update({ ...model, small: LABEL === 12 }, row, here ? here.col : null);
      put(readout, here && row !== null ? act.describe({ ...here, row, layer: model.layer, head: model.head }) : act.summary());
    },
  };
}

/** One row as lines from the token below to what it attends to above; made once a run, then only changed in place. */
function createLines(parent, act) {
  const svg = makeSvg(parent, 'svg', { class: 's2s-lines', 'aria-hidden': 'true' });
  const strands = makeSvg(svg, 'g'), keys = makeSvg(svg, 'g');
  const foot = makeSvg(svg, 'circle', { r: 4, class: 's2s-foot-dot' });
  const caption = makeSvg(svg, 'text', { class: 's2s-foot-text' });
  let nodes = [], now = null, width = 0, height = 0;
  const TOP = 36;

  function grow(count) {
    while (nodes.length < count) {
      const text = makeSvg(keys, 'text', { y: 12 });
      nodes.push({
        path: makeSvg(strands, 'path'), text, place: makeSvg(keys, 'text', { y: 26, class: 's2s-key-place' }),
        dot: makeSvg(keys, 'circle', { r: 2, cy: TOP - 4 }),
      });
    }
    nodes.forEach(({ path, text, place, dot }, j) => [path, text, place, dot].forEach((node) => attr(node, 'display', j < count ? null : 'none')));
  }
  svg.onpointermove = (event) => {
    if (!now) return;
    const x = event.clientX - svg.getBoundingClientRect().left;
    const col = clamp(Math.floor((x / width) * now.field.cols), 0, now.field.liveCols - 1);
    act.hover(now.row === null || col < 0 ? null : { attention: now.view.attention, layer: now.layer, head: now.head, row: now.row, col, from: 'lines' });
  };
  svg.onpointerleave = () => act.hover(null);

  return {
    measure(stage, taken) {
      width = Math.max(60, stage.width - taken - 16); // 16 is the gap in the stylesheet
      height = stage.height;
    },
    update(model, row, hovered) {
      const { field, map, theme, shown, view } = model;
      const missing = row === null || row >= field.liveRows;
      now = { ...model, row: missing ? null : row };
      attr(svg, 'viewBox', `0 0 ${width} ${height}`);
      grow(field.cols);
      const dx = width / field.cols, bottom = height - 26;
      const x = missing ? width / 2 : clamp(((row + 0.5) / field.rows) * width, 50, width - 50);
      const scale = field.signed ? theme.change : theme.weight;
      const values = nodes.slice(0, field.cols).map((_, j) => (missing || j >= field.liveCols ? 0 : cellOf(field, map, row, j)));
      nodes.slice(0, field.cols).forEach(({ path, text, place, dot }, j) => {
        const kx = (j + 0.5) * dx, strength = Math.min(1, Math.abs(values[j]));
        const live = j < field.liveCols, drawn = !missing && live && strength >= 0.002;
        attr(path, 'd', `M${x.toFixed(1)} ${bottom}C${x.toFixed(1)} ${(bottom * 0.55).toFixed(1)} ${kx.toFixed(1)} ${(bottom * 0.6).toFixed(1)} ${kx.toFixed(1)} ${TOP}`);
        attr(path, 'visibility', drawn ? null : 'hidden');
        paintStyle(path, 'stroke', scale(field.signed ? Math.sign(values[j]) * 0.7 : 0.55).fill);
        attr(path, 'stroke-width', (0.6 + 7 * strength).toFixed(2));
        attr(path, 'stroke-opacity', hovered === null || hovered === undefined ? (0.12 + 0.88 * strength ** GAMMA).toFixed(3) : hovered === j ? 1 : 0.12);
        attr(dot, 'cx', kx.toFixed(1));
        attr(dot, 'visibility', live ? null : 'hidden');
        put(text, live ? shown.colText(view.attention, j) : '');
        put(place, live ? String(shown.colPlace(view.attention, j)) : '');
        attr(text, 'data-on', hovered === j || (hovered == null && strength > 0.25) || null);
      });
      // Where tokens are too close, the ones that matter most are named; none reaches beyond the picture.
      const order = values.map((value, j) => [hovered === j ? 2 : Math.abs(value), j]).sort((a, b) => b[0] - a[0] || a[1] - b[1]);
      const advance = (model.small ? 12 : 14) * 0.61; // a monospaced character
      for (const part of ['text', 'place']) {
        const taken = [];
        for (const [, j] of order) {
          const node = nodes[j][part], half = ([...node.textContent].length * advance) / 2, middle = clamp((j + 0.5) * dx, half, width - half);
          attr(node, 'x', middle.toFixed(1));
          const show = taken.every(([from, to]) => middle + half <= from || middle - half >= to);
          if (show) taken.push([middle - half, middle + half]);
          attr(node, 'visibility', show ? null : 'hidden');
        }
      }
      attr(foot, 'cx', x.toFixed(1));
      attr(foot, 'cy', bottom);
      attr(foot, 'visibility', missing ? 'hidden' : null);
      attr(caption, 'x', x.toFixed(1));
      attr(caption, 'y', height - 6);
      put(caption, missing ? '' : shown.rowText(view.attention, row, (reads, predicts) => `${reads} → ${predicts}`));
    },
  };
}
