// Tells the server a random name that this browser keeps, under which its runs lie; where there is none yet, one is made only if asked.
export default function ({ data, setTriggerValue }) {
  if (data.known) return;
  let token = null;
  try { token = localStorage.getItem('s2s-visitor'); } catch { /* a browser that keeps nothing has a name for this visit */ }
  if (!/^[0-9a-f]{32}$/.test(token ?? '')) {
    if (!data.create) return;
    token = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    try { localStorage.setItem('s2s-visitor', token); } catch { /* see above */ }
  }
  setTriggerValue('token', token);
}
