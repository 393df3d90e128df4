/** The bytes of several arrays in one new array. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(totalBytes(pieces));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.byteLength;
  }
  return whole;
}

/** How many bytes several arrays have together. */
export function totalBytes(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, { byteLength }) => sum + byteLength, 0);
}

/** A short text that two arrays share only when they are equal. */
export function digest(bytes: Uint8Array): string {
  // FNV-1a over 32 bits twice, from two starts and with two factors: tells the chunks of a test apart.
  let a = 0x811c9dc5;
  let b = 0x9747b28c;
  for (const byte of bytes) {
    a = Math.imul(a ^ byte, 0x01000193);
    b = Math.imul(b ^ byte, 0x85ebca6b);
  }
  return `${bytes.byteLength}:${(a >>> 0).toString(16)}${(b >>> 0).toString(16)}`;
}
