// The link between the decode view and the server's idea of it. The view says what is looked at (s2s-view), which is passed on if the
// server has not drawn it yet; what the server chose (a link, the sidebar) is passed to the view (s2s-look). A link that has only
// just come has missed what the view said before, so the view says it again.
export default function ({ data, parentElement, setStateValue }) {
  const fresh = !parentElement.s2sLink;
  const link = (parentElement.s2sLink ??= {
    hear: ({ detail }) => {
      if (JSON.stringify(detail) !== JSON.stringify(link.data.drawn)) link.send('view', detail);
    },
  });
  link.data = data;
  link.send = setStateValue;
  window.addEventListener('s2s-view', link.hear);
  window.dispatchEvent(new CustomEvent('s2s-look', { detail: { ...data.told, fresh } }));
  return () => window.removeEventListener('s2s-view', link.hear);
}
