// The link between the tree and the server: what is looked at there is passed on, what the server chose (a link) is passed to it.
export default function ({ data, parentElement, setTriggerValue }) {
  const link = (parentElement.s2sTreeLink ??= {
    hear: ({ detail }) => link.send('look', detail),
    ask: () => window.dispatchEvent(new CustomEvent('s2s-tree-told', { detail: link.data })),
  });
  link.data = data;
  link.send = setTriggerValue;
  window.addEventListener('s2s-tree-look', link.hear);
  window.addEventListener('s2s-tree-ask', link.ask);
  link.ask();
  return () => {
    window.removeEventListener('s2s-tree-look', link.hear);
    window.removeEventListener('s2s-tree-ask', link.ask);
  };
}
