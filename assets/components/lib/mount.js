// How a page mounts a view.
import { make } from './dom.js';

/** Return the function that Streamlit calls with all that the server sends: it creates the view once, in an element of its own, of class
    `s2s-<name>`. A view has `receive(component)` and may have `leave()`, and `listeners`, which are there as long as the view is:
    [target, event, listener, and whether it comes before others]. In another language it is created anew. One with a `table` of its numbers,
    {columns, rows}, can be saved (save/main.js), one with `offline` also in a page without a server, to which that hands its data. */
export const defineView = (name, create, tag = 'div') => (component) => {
  const { parentElement, data } = component, before = parentElement.querySelector(`.s2s-${name}`);
  const end = (view) => {
    for (const [target, ...listener] of view.listeners ?? []) target.removeEventListener(...listener);
    view.leave?.();
  };
  const isStale = before && before.language !== data.language;
  if (isStale) end(before[name]);
  const root = before && !isStale ? before : make(null, tag, `s2s-${name}`);
  if (isStale) before.replaceWith(root);
  else if (!before) parentElement.append(root);
  root.language = data.language;
  const view = (root[name] ??= create(root));
  for (const [target, ...listener] of view.listeners ?? []) target.addEventListener(...listener); // again, it changes nothing
  Object.assign(root, { mounted: view, component });
  if (view.table) root.dataset.savable = data.mounted.key;
  view.receive(component);
  return () => end(view);
};

/** Note on a view what it shows, and since when, once it is on the screen; tests and benchmarks wait for it. */
export function notePainted(root, read) {
  requestAnimationFrame(() => setTimeout(() => Object.assign(root.dataset, read(), { painted: performance.now() })));
}
