// Numbers as the server sends them: bytes in base64, little-endian, as every browser we run in.

export function bytesOf(base64) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(base64);
  const raw = atob(base64), bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
  return bytes;
}
export const floatsOf = (base64) => new Float32Array(bytesOf(base64).buffer);
export const doublesOf = (base64) => new Float64Array(bytesOf(base64).buffer);
