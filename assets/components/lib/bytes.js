// Numbers as the server sends them: bytes in base64, little-endian, as every browser we run in.

export function bytesOf(base64) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(base64);
  const raw = atob(base64), bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
  return bytes;
}
/** Numbers, exact or, as `core.figures.packing.rounded` sends many of them, in twelve bits; `step` says how far apart two codes are. */
export function floatsOf(text) {
  if (text[0] !== '~') return Object.assign(new Float32Array(bytesOf(text).buffer), { step: 0 });
  const [, sizes, codes] = text.split('~'), scales = new Float32Array(bytesOf(sizes).buffer), bytes = bytesOf(codes);
  const count = Math.floor((bytes.length * 2) / 3), each = count / scales.length, values = new Float32Array(count);
  for (let i = 0, at = 0; i < count; i += 2, at += 3) {
    values[i] = (bytes[at] | ((bytes[at + 1] & 15) << 8)) - 2047;
    if (i + 1 < count) values[i + 1] = ((bytes[at + 1] >> 4) | (bytes[at + 2] << 4)) - 2047;
  }
  for (let i = 0; i < count; i++) values[i] *= scales[Math.floor(i / each)];
  return Object.assign(values, { step: Math.max(...scales) });
}
export const doublesOf = (base64) => new Float64Array(bytesOf(base64).buffer);
