// For tests: whether all text on a page can be read. It knows no page, only what a fault is:
// - text that an ancestor cuts off, unless it can be scrolled to; an intended ellipsis has the whole text in a `title`;
// - text that lies upon other text, reaches out of its canvas or of the window, or lies below Streamlit's header;
// - a canvas that shortens a text, a field that does not show what is chosen in it;
// - anything that is scrolled sideways but strips, which say by a thin scroll bar that they are; a table is none.
(() => {
  const written = new WeakMap(); // canvas → [{text, left, top, right, bottom}] in its own pixels
  const paint = CanvasRenderingContext2D.prototype, { fillText, clearRect } = paint;
  const ASCENT = { middle: 0.5, alphabetic: 0.8, bottom: 1, ideographic: 1, top: 0, hanging: 0 }; // of the size of type
  const ALIGNED = { left: 0, start: 0, center: 0.5, right: 1, end: 1 };

  paint.fillText = function (text, x, y, most = Infinity) {
    const width = Math.min(this.measureText(text).width, most), size = Number(/([\d.]+)px/.exec(this.font)[1]);
    const left = x - width * ALIGNED[this.textAlign], top = y - size * ASCENT[this.textBaseline];
    if (String(text).trim()) {
      if (!written.has(this.canvas)) written.set(this.canvas, []);
      const [from, to] = [[left, top + 0.15 * size], [left + width, top + 0.9 * size]].map(([px, py]) => new DOMPoint(px, py).matrixTransform(this.getTransform()));
      written.get(this.canvas).push({ text: String(text), left: Math.min(from.x, to.x), top: Math.min(from.y, to.y), right: Math.max(from.x, to.x), bottom: Math.max(from.y, to.y) });
    }
    return fillText.apply(this, arguments);
  };
  paint.clearRect = function (x, y, width, height) {
    const matrix = this.getTransform(), from = new DOMPoint(x, y).matrixTransform(matrix), to = new DOMPoint(x + width, y + height).matrixTransform(matrix);
    const isLeft = ({ left, top, right, bottom }) => (left + right) / 2 < from.x || (left + right) / 2 > to.x || (top + bottom) / 2 < from.y || (top + bottom) / 2 > to.y;
    if (written.has(this.canvas)) written.set(this.canvas, written.get(this.canvas).filter(isLeft));
    return clearRect.apply(this, arguments);
  };
  for (const side of ['width', 'height']) {
    const { get, set } = Object.getOwnPropertyDescriptor(HTMLCanvasElement.prototype, side);
    const resize = function (value) { written.delete(this); set.call(this, value); };
    Object.defineProperty(HTMLCanvasElement.prototype, side, { get, set: resize, configurable: true });
  }
  window.textsIn = (canvas) => written.get(canvas) ?? [];

  const CUTS = /auto|scroll|hidden|clip/, SCROLLS = /auto|scroll/, SLACK = 1.5; // px
  // Formulas are one box to us; tables that Streamlit draws scroll by themselves.
  const IGNORED = 'script, style, noscript, .katex, [data-testid=stDataFrame], [data-testid=stTooltipContent]';
  let styles = new Map();
  const styleOf = (node) => styles.get(node) ?? styles.set(node, getComputedStyle(node)).get(node);
  const isSeen = (node) => node.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const plain = (text) => text.trim().replace(/\s+/g, ' ');
  const short = (text) => `"${plain(text).slice(0, 40)}"`;
  function nameOf(node) {
    const at = node.closest('[data-panel], [class*=s2s-], [class*=st-key-], [data-testid]');
    return at?.dataset.panel ?? at?.dataset.testid ?? [...(at?.classList ?? [])].find((name) => /s2s-|st-key-/.test(name)) ?? node.tagName;
  }
  /** Whether a title of a node, or of one of the next few around it, has the whole text. */
  function isTold(node, text) {
    for (let at = node, up = 0; at && up < 4; at = at.parentElement, up++) if (plain(at.title ?? '').includes(plain(text))) return true;
    return false;
  }

  /** What is left in sight of a text, and what cuts it though nothing lets it be scrolled. */
  function leftOf({ holder, ...box }) {
    const seen = { ...box };
    let cut = null;
    for (let node = holder; node && node !== document.documentElement; node = node.parentElement) {
      const { overflowX, overflowY, display, position } = styleOf(node);
      if (position === 'fixed' || /^st(Main|SidebarContent)$/.test(node.dataset?.testid)) break; // what is below the window can be scrolled to
      if (!(node instanceof HTMLElement) || !CUTS.test(overflowX + overflowY) || /inline$|contents/.test(display) || !node.clientWidth) continue;
      const frame = node.getBoundingClientRect(), left = frame.left + node.clientLeft, top = frame.top + node.clientTop;
      const right = left + node.clientWidth, bottom = top + node.clientHeight;
      const isCut = (overflow, before, after) => CUTS.test(overflow) && !SCROLLS.test(overflow) && (before > SLACK || after > SLACK);
      if (isCut(overflowX, left - seen.left, seen.right - right) || isCut(overflowY, top - seen.top, seen.bottom - bottom)) cut ??= node;
      if (CUTS.test(overflowX)) [seen.left, seen.right] = [Math.max(seen.left, left), Math.min(seen.right, right)];
      if (CUTS.test(overflowY)) [seen.top, seen.bottom] = [Math.max(seen.top, top), Math.min(seen.bottom, bottom)];
    }
    return { seen, cut };
  }

  function* textsOfElements(under) {
    const walker = document.createTreeWalker(under, NodeFilter.SHOW_TEXT), range = document.createRange();
    while (walker.nextNode()) {
      const node = walker.currentNode, holder = node.parentElement, isDrawn = holder instanceof SVGElement;
      if (!node.data.trim() || holder.closest(IGNORED) || !isSeen(holder)) continue;
      range.selectNodeContents(node);
      for (const { left, top, right, bottom } of isDrawn ? [holder.getBoundingClientRect()] : range.getClientRects()) {
        const spare = isDrawn ? 0 : Math.max(0, (bottom - top - parseFloat(styleOf(holder).fontSize)) / 2);
        if (right - left >= 1 && bottom - top >= 1) yield { text: node.data, holder, left, right, top: top + spare, bottom: bottom - spare };
      }
    }
  }
  function* textsOfCanvases(under) {
    for (const canvas of under.querySelectorAll('canvas')) {
      if (canvas.closest(IGNORED) || !isSeen(canvas) || !canvas.clientWidth) continue;
      const frame = canvas.getBoundingClientRect(), scale = frame.width / canvas.width;
      for (const { text, ...box } of window.textsIn(canvas))
        yield { text, holder: canvas, frame, left: frame.left + box.left * scale, right: frame.left + box.right * scale, top: frame.top + box.top * scale, bottom: frame.top + box.bottom * scale };
    }
  }

  /** The faults of single texts; returns those in sight. */
  function judgeEach(texts, page, fault) {
    const visible = [];
    for (const { frame, ...each } of texts) {
      const { text, holder, left, right, top, bottom } = each, { seen, cut } = leftOf(each), name = nameOf(holder);
      if (frame && (left < frame.left - SLACK || right > frame.right + SLACK || top < frame.top - 2 || bottom > frame.bottom + 2)) fault(`${short(text)} reaches out of its canvas, ${name}`);
      if (frame && /.…$/u.test(text)) fault(`${short(text)} is cut short in the canvas of ${name}`);
      if (cut && !isTold(holder, styleOf(cut).textOverflow === 'ellipsis' ? cut.textContent : text)) fault(`${short(text)} is cut off in ${name}`);
      if (seen.right > page.right + 1 || seen.left < page.left - 1) fault(`${short(text)} reaches out of the window in ${name}`);
      if (seen.right - seen.left > 1 && seen.bottom - seen.top > 3) visible.push({ ...each, ...seen });
    }
    return visible;
  }
  function judgePairs(visible, fault) {
    visible.sort((one, other) => one.top - other.top);
    visible.forEach((one, i) => {
      for (const other of visible.slice(i + 1)) {
        if (other.top >= one.bottom) break;
        if (one.holder === other.holder && one.holder.tagName !== 'CANVAS') continue;
        const across = Math.min(one.right, other.right) - Math.max(one.left, other.left), down = Math.min(one.bottom, other.bottom) - other.top;
        const lower = Math.min(one.bottom - one.top, other.bottom - other.top);
        if (across > SLACK && down > 0.3 * lower) fault(`${short(one.text)} and ${short(other.text)} lie upon each other in ${nameOf(one.holder)} and ${nameOf(other.holder)}`);
      }
    });
  }
  /** Controls with a text that no node holds; what is being typed scrolls. */
  function judgeFields(under, fault) {
    const ruler = new OffscreenCanvas(1, 1).getContext('2d');
    for (const field of under.querySelectorAll('input:not([type=range], [type=checkbox], [type=file], [type=radio]), select')) {
      const isTyped = field.value && field.matches('[data-testid=stTextInput] input, [data-testid=stNumberInput] input, .s2s-b-field');
      if (!isSeen(field) || field.clientWidth < 2 || isTyped) continue;
      const text = field.selectedOptions ? field.selectedOptions[0]?.text ?? '' : field.value || field.placeholder;
      const { font, paddingLeft, paddingRight } = styleOf(field);
      ruler.font = font;
      const room = field.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
      if (ruler.measureText(text).width > room + 1 && !isTold(field, text)) fault(`${short(text)} is cut off in a field of ${nameOf(field)}`);
    }
  }
  function judgeScrolling(under, fault) {
    for (const node of under.querySelectorAll('*')) {
      const more = node.scrollWidth - node.clientWidth;
      if (more <= 1 || node.clientWidth < 10 || node.tagName === 'INPUT' || node.closest(`pre, ${IGNORED}`)) continue;
      const { overflowX, scrollbarWidth } = styleOf(node);
      if (SCROLLS.test(overflowX) && (scrollbarWidth !== 'thin' || node.tagName === 'TABLE') && isSeen(node)) fault(`${nameOf(node)} is scrolled sideways by ${more} px and is no strip`);
    }
  }
  /** Streamlit's header lies above the page; where it lets presses through, it has to be seen through as well. */
  function judgeHeader(visible, fault) {
    const bar = document.querySelector('[data-testid=stHeader]');
    const covers = [...(bar?.querySelectorAll('button') ?? []), ...(bar && /, 0\)$|transparent/.test(styleOf(bar).backgroundColor) ? [] : [bar])].filter(Boolean);
    for (const { text, left, top, right, bottom } of visible)
      for (const box of covers.map((cover) => cover.getBoundingClientRect()))
        if (Math.min(right, box.right) - Math.max(left, box.left) > SLACK && Math.min(bottom, box.bottom) - Math.max(top, box.top) > SLACK) fault(`${short(text)} lies below Streamlit's header`);
  }

  /** Every fault of the page as it stands, as sentences. */
  window.layoutFaults = () => {
    styles = new Map();
    const faults = new Set(), fault = (sentence) => faults.add(sentence);
    const main = document.querySelector('[data-testid=stMain]'), side = document.querySelector('[data-testid=stSidebar][aria-expanded=true]');
    const wider = Math.max(...[document.documentElement, main].map((box) => box.scrollWidth - box.clientWidth));
    if (wider > 0) fault(`the page is ${wider} px wider than its window`);
    for (const under of [main, side].filter(Boolean)) {
      const visible = judgeEach([...textsOfElements(under), ...textsOfCanvases(under)], under.getBoundingClientRect(), fault);
      judgePairs(visible, fault);
      judgeFields(under, fault);
      judgeScrolling(under, fault);
      if (under === main && main.scrollTop === 0) judgeHeader(visible, fault);
    }
    return [...faults];
  };
})();
