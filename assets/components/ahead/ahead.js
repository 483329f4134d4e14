// Hands a view what it will show one press away (s2s-ahead), and asks the server for it once the visitor rests (s2s-rest).
export default function ({ data, parentElement, setTriggerValue }) {
  const link = (parentElement.s2sLink ??= {
    hear: ({ detail }) => {
      if (detail !== link.data.of || !link.data.whole) link.ask('ask', detail);
      else link.hand();
    },
    hand: () => window.dispatchEvent(new CustomEvent('s2s-ahead', { detail: link.data })),
  });
  link.data = data;
  link.ask = setTriggerValue;
  window.addEventListener('s2s-rest', link.hear);
  link.hand();
  return () => window.removeEventListener('s2s-rest', link.hear);
}
