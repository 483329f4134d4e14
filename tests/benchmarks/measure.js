// Clicks or types, waits for the frame that shows the change, and goes on until the page has been still for half a second.
async ([kind, label]) => {
  const view = document.querySelector('.s2s-view, .s2s-tree');
  const button = (root) => [...root.querySelectorAll('button')].find((b) => b.textContent.trim() === label);
  const target = kind === 'switch'
    ? [...document.querySelectorAll('[data-testid=stCheckbox]')].find((b) => b.innerText.includes(label)).querySelector('input')
    : kind === 'type' ? document.querySelector('[class*=st-key-control-source] input')
    : button(kind === 'step' ? view : document);
  const type = (text) => {
    target.focus();
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(target, text);
    target.dispatchEvent(new Event('input', { bubbles: true }));
    for (const name of ['keydown', 'keypress', 'keyup']) target.dispatchEvent(new KeyboardEvent(name, { key: 'Enter', code: 'Enter', keyCode: 13, bubbles: true }));
  };
  const counter = () => [...document.querySelectorAll('[data-testid=stText]')].find((e) => e.textContent.startsWith('reruns'))?.textContent;
  const signature = () => (kind === 'fragment' ? counter() : kind === 'step' ? view.dataset.step : view.dataset.run ?? view.dataset.search);
  const before = signature();
  let last = 0;
  const quiet = '[data-testid=stStatusWidget], [data-testid=stToolbar], .st-key-ahead-view'; // the last is never seen
  const observer = new MutationObserver((all) => {
    if (all.some((m) => !(m.target.closest ?? (() => m.target.parentElement?.closest(quiet))).call(m.target, quiet))) last = performance.now();
  });
  const start = performance.now();
  observer.observe(document.body, { subtree: true, childList: true, characterData: true, attributeFilter: ['data-painted', 'style', 'class', 'value'] });
  const changed = new Promise((done) => new MutationObserver((_, watch) => signature() !== before && (watch.disconnect(), done())).observe(
    kind === 'fragment' ? document.body : view, { subtree: kind === 'fragment', childList: true, characterData: true, attributeFilter: ['data-step', 'data-run', 'data-search'] }));
  if (kind === 'type') type(label);
  else target.click();
  await changed;
  const painted = kind === 'fragment'
    ? await new Promise((r) => requestAnimationFrame(() => setTimeout(() => r(performance.now() - start))))
    : Number(view.dataset.painted) - start;
  do await new Promise((r) => setTimeout(r, 100)); while (performance.now() - Math.max(last, start) < 500);
  observer.disconnect();
  return { painted, settled: Math.max(last - start, painted) };
}
