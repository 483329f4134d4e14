// The link between the tree and the server: what is looked at there is passed on, what the server chose (a link) is passed to it.
import { createMessages } from '../lib/messages.js';
import { defineView } from '../lib/mount.js';

export default defineView('tree-follow', () => {
  let data, send;
  const messages = createMessages((sent) => send('look', sent));
  const hand = () => window.dispatchEvent(new CustomEvent('s2s-tree-told', { detail: data }));
  function onLook({ detail }) {
    messages.add(detail, () => true);
    messages.say();
  }
  return {
    listeners: [[window, 's2s-tree-look', onLook], [window, 's2s-tree-ask', hand]],
    receive(component) {
      ({ data, setTriggerValue: send } = component);
      messages.hear(data.reply_to);
      hand();
    },
    leave: messages.leave,
  };
});
