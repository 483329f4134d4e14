// The link between the decode view and the server's idea of it. The view says what is looked at (s2s-view), which is passed on if the
// server has not heard it yet; what the server chose (a link, the sidebar) is passed to the view (s2s-look). A link that has only
// just come has missed what the view said before, so the view says it again; a view that has only just come asks (s2s-ask-look) and
// goes on from what was last said. The view is asked again, too, once the server has answered all that it was told, since it may have
// drawn something else.
import { createMessages } from '../lib/messages.js';
import { defineView } from '../lib/mount.js';

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

export default defineView('follow', () => {
  let data = null, send;
  const messages = createMessages((sent) => send('view', sent));
  const unanswered = () => messages.waiting.at(-1);
  function onView({ detail }) {
    const { view, run, pressed } = unanswered() ?? { ...data.drawn, pressed: {} };
    if (same(detail.view, view) && detail.run === run && (same(detail.pressed, pressed) || same(detail.pressed, {}))) return;
    messages.add(detail, () => true);
    messages.say();
  }
  function look(fresh) {
    const detail = { ...data.pushed, fresh, answered: !unanswered(), last: (unanswered() ?? data.drawn).view };
    window.dispatchEvent(new CustomEvent('s2s-look', { detail }));
  }
  return {
    listeners: [[window, 's2s-view', onView], [window, 's2s-ask-look', () => look(true)]],
    receive(component) {
      const fresh = !data;
      ({ data, setStateValue: send } = component);
      messages.hear(data.reply_to);
      look(fresh);
    },
    leave: messages.leave,
  };
});
