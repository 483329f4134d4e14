// Text of a lesson: **words** between double stars are bold, W^q has its q above the line, all else is shown as it is.
import { make, put } from '../lib/dom.js';

export function putMarked(node, text) {
  if (node.dataset.text === text) return;
  node.dataset.text = text;
  put(node, '');
  text.split('**').forEach((part, place) => {
    const words = make(node, place % 2 ? 'b' : 'span', '');
    part.split(/\^(\w)/).forEach((piece, above) => { if (piece) make(words, above % 2 ? 'sup' : 'span', '').textContent = piece; });
  });
}
