// For tests: whether all text on a page can be read. Canvases are asked too: what is written into them is noted from the beginning.
(() => {
  const written = new WeakMap(); // canvas → [{text, left, top, right, bottom}] in its own pixels
  const proto = CanvasRenderingContext2D.prototype, { fillText, clearRect } = proto;
  proto.fillText = function (text, x, y, most) {
    const { width, fontBoundingBoxAscent: up, fontBoundingBoxDescent: down } = this.measureText(text);
    const room = Math.min(width, most ?? Infinity), from = x - { left: 0, start: 0, center: room / 2, right: room, end: room }[this.textAlign];
    const size = Number(/([\d.]+)px/.exec(this.font)[1]), lift = { middle: size / 2, alphabetic: 0.8 * size, bottom: size, top: 0, hanging: 0, ideographic: size }[this.textBaseline];
    const corner = (px, py) => new DOMPoint(px, py).matrixTransform(this.getTransform());
    const [a, b] = [corner(from, y - lift + 0.15 * size), corner(from + room, y - lift + 0.9 * size)];
    if (String(text).trim() && up + down > 0) {
      if (!written.has(this.canvas)) written.set(this.canvas, []);
      written.get(this.canvas).push({ text: String(text), left: Math.min(a.x, b.x), right: Math.max(a.x, b.x), top: Math.min(a.y, b.y), bottom: Math.max(a.y, b.y), size, squeezed: width > room + 0.5 });
    }
    return fillText.apply(this, arguments);
  };
  proto.clearRect = function (x, y, w, h) {
    const there = written.get(this.canvas);
    if (there) {
      const m = this.getTransform(), from = new DOMPoint(x, y).matrixTransform(m), to = new DOMPoint(x + w, y + h).matrixTransform(m);
      written.set(this.canvas, there.filter(({ left, right, top, bottom }) => {
        const [mx, my] = [(left + right) / 2, (top + bottom) / 2];
        return mx < from.x || mx > to.x || my < from.y || my > to.y;
      }));
    }
    return clearRect.apply(this, arguments);
  };
  for (const side of ['width', 'height']) {
    const { get, set } = Object.getOwnPropertyDescriptor(HTMLCanvasElement.prototype, side);
    Object.defineProperty(HTMLCanvasElement.prototype, side, { get, set(value) { written.delete(this); set.call(this, value); }, configurable: true });
  }

  const CLIPS = /auto|scroll|hidden|clip/, SCROLLS = /auto|scroll/;
  const IGNORED = 'script, style, noscript, .katex, [data-testid=stSkeleton], [data-testid=stDataFrame], [data-testid=stTooltipContent], [aria-hidden=true]:not(canvas, [class*=s2s], [class*=s2s] *, svg *)';
  const short = (text) => text.trim().replace(/\s+/g, ' ').slice(0, 40);
  const cssOf = (() => { let known; return (node) => { known ??= window.cssKnown = new Map(); if (!known.has(node)) known.set(node, getComputedStyle(node)); return known.get(node); }; })();
  const isSeen = (node) => node.checkVisibility({ visibilityProperty: true, opacityProperty: true });

  /** What a text is cut to, and by whom it is cut though nothing lets it be scrolled. */
  function shown(holder, box) {
    const seen = { ...box };
    let cut = null, fixed = false;
    for (let node = holder; node && node !== document.documentElement; node = node.parentElement) {
      const style = cssOf(node);
      if (fixed && style.position === 'static') continue;
      fixed = fixed && style.position === 'static';
      if (style.position === 'fixed') break;
      if (node === holder && !(node instanceof HTMLElement)) continue;
      if (!CLIPS.test(style.overflowX + style.overflowY) || style.display === 'inline' || style.display === 'contents') continue;
      const frame = node.getBoundingClientRect();
      const inner = { left: frame.left + node.clientLeft, top: frame.top + node.clientTop };
      inner.right = inner.left + node.clientWidth;
      inner.bottom = inner.top + node.clientHeight;
      if (node.clientWidth === 0 && node.clientHeight === 0) continue;
      const across = CLIPS.test(style.overflowX) && (seen.left < inner.left - 1.5 || seen.right > inner.right + 1.5);
      const down = CLIPS.test(style.overflowY) && (seen.top < inner.top - 2 || seen.bottom > inner.bottom + 2);
      const gone = (across && !SCROLLS.test(style.overflowX)) || (down && !SCROLLS.test(style.overflowY));
      if (gone) cut ??= node;
      if (CLIPS.test(style.overflowX)) { seen.left = Math.max(seen.left, inner.left); seen.right = Math.min(seen.right, inner.right); }
      if (CLIPS.test(style.overflowY)) { seen.top = Math.max(seen.top, inner.top); seen.bottom = Math.min(seen.bottom, inner.bottom); }
      if (node.dataset?.testid === 'stMain' || node.dataset?.testid === 'stSidebarContent') break;
    }
    return { seen, cut };
  }
  /** An intended ellipsis has the whole text in a title. */
  const isTold = (node, text) => {
    for (let at = node, up = 0; at && up < 4; at = at.parentElement, up++)
      if (at.title && at.title.replace(/\s+/g, ' ').includes(text.trim().replace(/\s+/g, ' '))) return true;
    return false;
  };
  const nameOf = (node) => {
    const at = node.closest('[data-panel], [class*=s2s-], [class*=st-key-], [data-testid]');
    return at?.dataset.panel ? `panel ${at.dataset.panel}` : at?.dataset.testid ?? [...(at?.classList ?? [])].find((name) => /s2s-|st-key-/.test(name)) ?? node.tagName;
  };

  function domTexts(under) {
    const found = [], walker = document.createTreeWalker(under, NodeFilter.SHOW_TEXT), range = document.createRange();
    while (walker.nextNode()) {
      const node = walker.currentNode, holder = node.parentElement;
      if (!node.data.trim() || holder.closest(IGNORED) || !isSeen(holder)) continue;
      range.selectNodeContents(node);
      const rects = holder instanceof SVGElement ? [holder.getBoundingClientRect()] : [...range.getClientRects()];
      for (const rect of rects) {
        if (rect.width < 1 || rect.height < 1) continue;
        const spare = holder instanceof SVGElement ? 0 : Math.max(0, (rect.height - parseFloat(cssOf(holder).fontSize)) / 2);
        found.push({ text: node.data, holder, left: rect.left, right: rect.right, top: rect.top + spare, bottom: rect.bottom - spare });
      }
    }
    return found;
  }
  function canvasTexts(under) {
    return [...under.querySelectorAll('canvas')].filter((canvas) => !canvas.closest('[data-testid=stDataFrame]') && isSeen(canvas) && canvas.clientWidth).flatMap((canvas) => {
      const frame = canvas.getBoundingClientRect(), scale = frame.width / canvas.width;
      return (written.get(canvas) ?? []).map((each) => ({
        text: each.text, holder: canvas, canvas: frame, squeezed: each.squeezed, left: frame.left + each.left * scale, right: frame.left + each.right * scale, top: frame.top + each.top * scale, bottom: frame.top + each.bottom * scale,
      }));
    });
  }

  window.textsIn = (canvas) => written.get(canvas) ?? [];

  /** Every fault of the layout in a part of the page, as sentences. */
  window.layoutFaults = () => {
    window.cssKnown?.clear();
    const faults = new Set(), main = document.querySelector('[data-testid=stMain]');
    const wide = (node) => node.scrollWidth - node.clientWidth;
    if (wide(document.documentElement) > 0 || wide(main) > 0) faults.add(`the page is ${Math.max(wide(document.documentElement), wide(main))} px wider than its window`);
    const panel = document.querySelector('[data-testid=stSidebar]');
    const parts = [main, ...(panel?.getAttribute('aria-expanded') === 'true' ? [panel] : [])];
    for (const under of parts) {
      const texts = [...domTexts(under), ...canvasTexts(under)], visible = [];
      const pageOf = under.getBoundingClientRect();
      for (const each of texts) {
        const { text, holder, canvas } = each;
        if (canvas && (each.left < canvas.left - 1.5 || each.right > canvas.right + 1.5 || each.top < canvas.top - 2 || each.bottom > canvas.bottom + 2)) faults.add(`"${short(text)}" reaches out of its canvas, ${nameOf(holder)}`);
        const { seen, cut } = shown(holder, each);
        if (cut && !isTold(holder, cut.contains(holder) && cssOf(cut).textOverflow === 'ellipsis' ? cut.textContent : text)) faults.add(`"${short(text)}" is cut off in ${nameOf(holder)}`);
        if (cssOf(holder).textOverflow === 'ellipsis' && holder.scrollWidth > holder.clientWidth + 1 && !isTold(holder, holder.textContent)) faults.add(`"${short(text)}" ends in an ellipsis without a title in ${nameOf(holder)}`);
        if (canvas && text.endsWith('…') && text.length > 1) faults.add(`"${short(text)}" is cut short in the canvas of ${nameOf(holder)}`);
        if (seen.right > pageOf.right + 1 || seen.left < pageOf.left - 1) faults.add(`"${short(text)}" reaches out of the window in ${nameOf(holder)}`);
        if (seen.right - seen.left > 1 && seen.bottom - seen.top > 3) visible.push({ ...each, ...seen });
      }
      visible.sort((a, b) => a.top - b.top);
      visible.forEach((one, i) => {
        for (let k = i + 1; k < visible.length && visible[k].top < one.bottom; k++) {
          const other = visible[k];
          if (one.holder === other.holder && !one.canvas) continue;
          if (one.holder.contains(other.holder) && other.holder !== one.holder && one.holder.closest('[class*=s2s]') === null) continue;
          const across = Math.min(one.right, other.right) - Math.max(one.left, other.left), down = Math.min(one.bottom, other.bottom) - one.top.valueOf() - Math.max(0, other.top - one.top);
          if (across > 1.5 && down > 0.3 * Math.min(one.bottom - one.top, other.bottom - other.top)) faults.add(`"${short(one.text)}" and "${short(other.text)}" lie upon each other in ${nameOf(one.holder)} and ${nameOf(other.holder)}`);
        }
      });
      // Controls with a text that no node holds.
      const ruler = new OffscreenCanvas(1, 1).getContext('2d');
      for (const field of under.querySelectorAll('input:not([type=range], [type=checkbox], [type=file], [type=radio]), select')) {
        if (!isSeen(field) || field.clientWidth < 2) continue;
        const style = cssOf(field), typed = field.matches('[data-testid=stTextInput] input, [data-testid=stNumberInput] input, .s2s-b-field');
        const text = field.tagName === 'SELECT' ? field.selectedOptions[0]?.text ?? '' : field.value || field.placeholder;
        if (field.value && typed) continue;
        ruler.font = style.font;
        const room = field.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
        if (text && ruler.measureText(text).width > room + 1 && !isTold(field, text)) faults.add(`"${short(text)}" is cut off in a field of ${nameOf(field)}`);
      }
      // What scrolls sideways is a strip that shows it can.
      for (const node of under.querySelectorAll('*')) {
        if (node.scrollWidth <= node.clientWidth + 1 || node.clientWidth < 10 || node.closest('.katex, [data-testid=stDataFrame], [data-testid=stCode], pre') || node.tagName === 'INPUT') continue;
        const style = cssOf(node);
        if (SCROLLS.test(style.overflowX) && style.scrollbarWidth !== 'thin' && isSeen(node)) faults.add(`${nameOf(node)} scrolls sideways by ${node.scrollWidth - node.clientWidth} px and is no strip`);
      }
      // Streamlit's header lies above the page.
      const bar = document.querySelector('[data-testid=stHeader]');
      if (bar && under === main && main.scrollTop === 0) for (const each of visible) {
        if (each.top > 120 || each.bottom < 0) continue;
        for (const x of [each.left + 1, (each.left + each.right) / 2, each.right - 1]) {
          const hit = document.elementFromPoint(x, (each.top + each.bottom) / 2);
          if (hit && bar.contains(hit)) faults.add(`"${short(each.text)}" lies below Streamlit's header`);
        }
      }
    }
    return [...faults];
  };
})();
