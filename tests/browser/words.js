// For tests: all that a page shows in words, as a list. What is code, a formula, or a text that somebody typed is in no language.
(() => {
  const SKIPPED = 'code, pre, .katex, bdi, .st-key-examples-row, [data-testid=stCode], noscript, script, style';
  const NAMED = ['title', 'aria-label', 'placeholder', 'alt'];

  /** The texts of plain data, such as what a chart is drawn from. */
  function* textsOf(data) {
    if (typeof data === 'string') yield data;
    else if (Array.isArray(data)) for (const each of data) yield* textsOf(each);
    else if (data && Object.getPrototypeOf(data) === Object.prototype) for (const each of Object.values(data)) yield* textsOf(each);
  }

  window.wordsShown = () => {
    const texts = [document.title];
    for (const each of document.querySelectorAll('body *')) {
      if (each.closest(SKIPPED)) continue;
      for (const name of NAMED) texts.push(each.getAttribute(name) ?? '');
      for (const child of each.childNodes) if (child.nodeType === 3) texts.push(child.data);
      if (each.tagName === 'CANVAS') texts.push(...(window.textsIn?.(each) ?? []).map(({ text }) => text));
      if (each.matches('.js-plotly-plot')) texts.push(...textsOf([each.data, each.layout?.annotations, each.layout?.title]));
    }
    return [...new Set(texts)];
  };

  /** Where to point at: the middle of everything that explains itself, and places of what is drawn. */
  window.pointedAt = () => {
    const places = [], main = document.querySelector('[data-testid=stMain]');
    for (const each of main.querySelectorAll('[data-testid=stTooltipHoverTarget], [data-testid=stTooltipIcon], canvas, svg[role], [class*=s2s-] svg, [class*=s2s-] button')) {
      const { left, top, width, height } = each.getBoundingClientRect();
      if (!each.checkVisibility({ visibilityProperty: true }) || width < 4 || height < 4) continue;
      const drawn = each.matches('canvas, svg') && width > 60;
      for (const [across, down] of drawn ? [[0.3, 0.3], [0.7, 0.7]] : [[0.5, 0.5]]) places.push([left + width * across, top + main.scrollTop + height * down]);
    }
    return places;
  };
})();
