// The tree: a column for each step, a box for each hypothesis; kept ones large, pruned ones small and faint below them.

const WIDE = 72, NARROW = 50, WIDEST = 168, ROOT = 78, EDGE = 4; // px a column, with everything on two lines, or on three
const ROOMY = () => innerHeight > 800;

/** A special token in a box: three letters, since its name would hide the numbers; the root has room for it. */
const inBox = (node) => (node.up ? node.text.replace(/^⟨(.{1,3}).*⟩$/, '$1') : node.text);

function createForest(root, act) {
  const scroll = make(root, 'div', 's2s-t-scroll', { tabindex: -1 });
  const plane = make(scroll, 'div', 's2s-t-plane', { role: 'tree' });
  const edges = makeSvg(plane, 'svg', { class: 's2s-t-edges', 'aria-hidden': 'true' });
  let search, seen, overflowing = false, drawn = new Map(), size = '';

  function build(model) {
    search = model.search;
    for (const { box, edge } of drawn.values()) box.remove(), edge?.remove();
    drawn = new Map(search.nodes.map((node) => {
      const box = make(plane, 'button', 's2s-t-node', { type: 'button', role: 'treeitem', tabindex: -1, 'data-kind': node.kind, 'data-n': node.n, 'aria-level': node.length + 1 });
      make(make(box, 'b', '', { 'data-special': inBox(node) !== node.text || null }), 'bdi').textContent = visible(inBox(node));
      const log = make(box, 'span'), total = make(box, 'i'), rank = make(box, 'em');
      put(log, node.up ? signedText(node.log_prob) : '');
      put(total, node.up ? signedText(node.total) : '');
      box.onclick = () => act.choose(node.n);
      box.onpointerenter = box.onfocus = () => describe(drawn.get(node.n));
      const edge = node.up ? makeSvg(edges, 'path', { 'data-kind': node.kind }) : null;
      return [node.n, { node, box, edge, rank, total, seen: '' }];
    }));
    size = '';
  }

  /** Place all boxes of the finished search at once, so that nothing moves while it grows. */
  function place(resized) {
    if (!resized && size) return; // reading sizes makes the browser lay out anew
    const room = scroll.clientWidth, roomy = ROOMY();
    const wide = (room - ROOT) / search.T >= WIDE, narrow = !wide && roomy && (room - ROOT) / search.T >= NARROW;
    const pitch = wide || narrow ? Math.min(WIDEST, Math.floor((room - ROOT) / search.T)) : WIDE;
    const pruned = roomy ? 14 : 13, most = Math.max(...search.columns.map((column) => column.filter(({ kind }) => kind === 'pruned').length));
    // As tall as lets the tree and what belongs to it stand in the window together, if that can be.
    const fits = Math.floor((act.space() - most * pruned) / search.width);
    const full = narrow ? 44 : clamp(fits, roomy ? 30 : 28, 44), least = roomy ? 30 : 20;
    const now = [search.id, pitch, full, pruned].join();
    if (now === size) return;
    size = now;
    attr(root, 'data-density', narrow ? 'narrow' : 'wide');
    attr(root, 'data-roomy', roomy || null);
    let height = 0;
    search.columns.forEach((column, i) => {
      // Where many have finished beside those that go on, boxes share the room of a usual column.
      const kept = clamp(Math.floor((search.width * full) / column.filter(({ kind }) => kind !== 'pruned').length), least, full);
      let y = EDGE;
      for (const node of column) {
        const { box } = drawn.get(node.n), tall = node.kind === 'pruned' ? pruned : kept;
        node.x = i ? ROOT + (i - 1) * pitch : EDGE;
        attr(box, 'data-lines', node.kind === 'pruned' || kept < 28 ? 1 : kept < 43 ? 2 : 3);
        const small = node.kind === 'pruned' && narrow; // as wide as can be, and a digit less
        node.w = i ? pitch - (small ? 1 : narrow ? 5 : pitch >= 94 ? 18 : node.kind === 'pruned' ? 4 : 10) : ROOT - 20;
        if (small) put(drawn.get(node.n).total, signedText(node.total, 1));
        else if (i) put(drawn.get(node.n).total, signedText(node.total));
        node.y = y + tall / 2;
        for (const [name, value] of [['left', node.x], ['top', y], ['width', node.w], ['height', tall - (node.kind === 'pruned' ? 0 : 3)]]) paintStyle(box, name, `${value}px`);
        y += tall;
      }
      height = Math.max(height, y);
    });
    paintStyle(plane, 'height', `${height + 2}px`);
    paintStyle(plane, 'width', `${ROOT + search.T * pitch}px`);
    overflowing = ROOT + search.T * pitch > room;
    for (const { node, edge } of drawn.values()) {
      if (!edge) continue;
      const x = node.up.x + node.up.w, bend = (node.x - x) / 2;
      attr(edge, 'd', `M${x} ${node.up.y - 1}C${x + bend} ${node.up.y - 1} ${node.x - bend} ${node.y - 1} ${node.x} ${node.y - 1}`);
    }
  }

  /** Say in words what a box is, once somebody asks. */
  function describe({ node, box }) {
    const { say, ranks, penalty } = seen;
    const words = { text: search.textOf(node) || say('nothing'), token: visible(node.text), log_prob: signedText(node.log_prob, 4), total: signedText(node.total, 4), p: percent(Math.exp(node.total)), score: signedText(scoreOf(node, penalty), 4), rank: ranks.get(node.n) ?? '–' };
    const text = !node.up ? say('node_root') : say(`node_${node.kind}`, words);
    attr(box, 'title', text);
    attr(box, 'aria-label', text);
  }

  /** Keep the newest column, or the one that was clicked, in sight. */
  function follow(column) {
    if (!overflowing) return;
    const { x, w } = column[0];
    const left = scroll.scrollLeft, right = left + scroll.clientWidth;
    if (x < left) scroll.scrollLeft = Math.max(0, x - ROOT);
    else if (x + w > right) scroll.scrollLeft = x + w - scroll.clientWidth + 4;
  }

  return {
    update(model) {
      const { say, view, ranks, alive, best, chosen, penalty } = model;
      if (search !== model.search) build(model);
      attr(plane, 'aria-label', say('tree', { width: search.width, source: search.source.filter(({ kind }) => kind !== 'padding').map(({ text }) => text).join('') }));
      place(model.resized);
      seen = model;
      for (const one of drawn.values()) {
        const { node, box, edge, rank } = one;
        const shown = node.length <= view.step, state = !shown ? 'later' : alive.has(node.n) ? 'alive' : 'dead';
        const place = ranks.get(node.n), numbered = place ? `#${place} ` : '';
        const path = best.has(node.n) ? 'best' : search.greedy.has(node.n) ? 'greedy' : null;
        const both = best.has(node.n) && search.greedy.has(node.n);
        const now = `${state} ${both} ${path} ${chosen === node} ${place} ${node.kind === 'done' ? penalty : ''}`;
        if (one.seen === now) continue; // most boxes look as they did a step ago
        one.seen = now;
        for (const part of edge ? [box, edge] : [box]) {
          attr(part, 'data-state', state);
          attr(part, 'data-path', both ? 'both' : path);
        }
        attr(box, 'data-chosen', chosen === node || null);
        attr(box, 'aria-selected', String(chosen === node));
        attr(box, 'tabindex', chosen === node ? 0 : -1);
        const score = node.kind === 'done' ? signedText(scoreOf(node, penalty)) : '';
        put(rank, node.kind === 'done' && shown ? numbered + score : '');
        if (chosen === node) describe(one);
      }
      if (model.moved) follow(search.columns[view.step]);
      if (model.jumped && chosen) follow([chosen]);
    },
    focus: (number) => drawn.get(number)?.box.focus({ preventScroll: true }),
    within: (element) => plane.contains(element),
  };
}
