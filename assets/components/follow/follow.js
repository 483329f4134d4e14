// The link between the decode view and the server's idea of it. The view says what is looked at (s2s-view), which is passed on if the
// server has not heard it yet; what the server chose (a link, the sidebar) is passed to the view (s2s-look). A link that has only
// just come has missed what the view said before, so the view says it again; a view that has only just come asks (s2s-ask-look) and
// goes on from what was last said. The view is asked again, too, once the server has answered all that it was told, since it may have
// drawn something else.
export default function ({ data, parentElement, setStateValue }) {
  const fresh = !parentElement.s2sLink;
  const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
  const link = (parentElement.s2sLink ??= {
    unanswered: null,
    hear: ({ detail }) => {
      const { view, run, pressed } = link.unanswered ?? { ...link.data.drawn, pressed: {} };
      if (same(detail.view, view) && detail.run === run && (same(detail.pressed, pressed) || same(detail.pressed, {}))) return;
      link.unanswered = detail;
      link.send('view', detail);
    },
    look: (fresh) => {
      const detail = { ...link.data.told, fresh, answered: !link.unanswered, last: (link.unanswered ?? link.data.drawn).view };
      window.dispatchEvent(new CustomEvent('s2s-look', { detail }));
    },
    answer: () => link.look(true),
  });
  link.data = data;
  link.send = setStateValue;
  if (link.unanswered?.id === data.drawn.id) link.unanswered = null;
  window.addEventListener('s2s-view', link.hear);
  window.addEventListener('s2s-ask-look', link.answer);
  link.look(fresh);
  return () => {
    window.removeEventListener('s2s-view', link.hear);
    window.removeEventListener('s2s-ask-look', link.answer);
  };
}
