// Text of a lesson: **words** between double stars are bold, all else is shown as it is.
import { make, put } from '../lib/dom.js';

export function putMarked(node, text) {
  if (node.dataset.text === text) return;
  node.dataset.text = text;
  put(node, '');
  text.split('**').forEach((part, place) => { make(node, place % 2 ? 'b' : 'span', '').textContent = part; });
}
