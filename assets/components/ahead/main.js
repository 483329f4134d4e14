// Hands a view what it will show one press away (s2s-ahead), and asks the server for it once the visitor rests (s2s-rest).
import { defineView } from '../lib/mount.js';

export default defineView('ahead', () => {
  let data, ask;
  const hand = () => window.dispatchEvent(new CustomEvent('s2s-ahead', { detail: data }));
  const onRest = ({ detail }) => (detail === data.of && data.whole ? hand() : ask('ask', detail));
  return {
    listeners: [[window, 's2s-rest', onRest]],
    receive(component) {
      ({ data, setTriggerValue: ask } = component);
      hand();
    },
  };
});
