// Elements and keys. Elements are written to only where something differs, so that an update in place costs little; text never becomes markup.

export function attr(node, name, value) {
  if (value === null || value === undefined || value === false) {
    if (node.hasAttribute(name)) node.removeAttribute(name);
  } else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
}
export function put(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
export function paintStyle(node, property, value) {
  if (node.style.getPropertyValue(property) !== value) node.style.setProperty(property, value);
}
/** Give a node a colour, and the ink that can be read on it; none takes both away. */
export function colour(node, paint) {
  paintStyle(node, 'background-color', paint?.fill ?? '');
  paintStyle(node, 'color', paint?.ink ?? '');
}
export function resize(node, width, height) {
  paintStyle(node, 'width', `${width}px`);
  paintStyle(node, 'height', `${height}px`);
}
/** How much larger than its own pixels a node is shown: for a class, pages are. */
export const zoomOf = (node) => node.currentCSSZoom ?? 1;
/** Where an event lies in a node, in the node's own pixels. */
export function pointIn(node, { clientX, clientY }) {
  const { left, top } = node.getBoundingClientRect(), zoom = zoomOf(node);
  return { x: (clientX - left) / zoom, y: (clientY - top) / zoom };
}
export function make(parent, tag, className, attributes = {}) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  for (const name in attributes) attr(node, name, attributes[name]);
  parent?.append(node);
  return node;
}

export const ARROWS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }; // down, right
export const isPlain = (event) => !event.ctrlKey && !event.metaKey && !event.altKey;
/** Where a key means something already. */
export const TAKEN = 'input:not([type=range]),textarea,select,[contenteditable=""],[contenteditable=true],[role=slider],[role=radio],[role=tab],[role=option],[role=menuitem],[role=combobox],[role=spinbutton],[role=grid],[role=dialog],dialog,.monaco-editor';
