// How a page mounts a view.
import { make } from './dom.js';

/** Return the function that Streamlit calls with all that the server sends: it makes the view once, in an element of its own, of class
    `s2s-<name>`. A view has `receive(component)` and may have `leave()`, and `hears`, what it listens to as long as it is there:
    [target, event, listener, and whether it comes before others]. */
export const mounted = (name, create, tag = 'div') => (component) => {
  const { parentElement } = component;
  const root = parentElement.querySelector(`.s2s-${name}`) ?? make(parentElement, tag, `s2s-${name}`);
  const view = (root[name] ??= create(root));
  for (const [target, ...listener] of view.hears ?? []) target.addEventListener(...listener); // again, it changes nothing
  view.receive(component);
  return () => {
    for (const [target, ...listener] of view.hears ?? []) target.removeEventListener(...listener);
    view.leave?.();
  };
};

/** Note on a view what it shows, and since when, once it is on the screen. */
export function notePainted(root, shown) {
  requestAnimationFrame(() => setTimeout(() => Object.assign(root.dataset, shown(), { painted: performance.now() })));
}
