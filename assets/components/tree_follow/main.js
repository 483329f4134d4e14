// The link between the tree and the server: what is looked at there is passed on, what the server chose (a link) is passed to it.
import { defineView } from '../lib/mount.js';

export default defineView('tree-follow', () => {
  let data, send;
  const hand = () => window.dispatchEvent(new CustomEvent('s2s-tree-told', { detail: data }));
  return {
    listeners: [[window, 's2s-tree-look', ({ detail }) => send('look', detail)], [window, 's2s-tree-ask', hand]],
    receive(component) {
      ({ data, setTriggerValue: send } = component);
      hand();
    },
  };
});
