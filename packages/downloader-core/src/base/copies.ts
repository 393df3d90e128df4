/**
 * Every copy of body bytes goes through here, and is counted: the hot path makes none.
 * `bytesCopied` grows for the life of the process.
 */
export const copyCount: { bytesCopied: number } = { bytesCopied: 0 };

/** Copies `source` into `target` at `at`. */
export function copyInto(target: Uint8Array, source: Uint8Array, at: number): void {
  target.set(source, at);
  copyCount.bytesCopied += source.byteLength;
}

/** The concatenation of `pieces`, in an ArrayBuffer of its own. */
export function copyTogether(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(totalBytes(pieces));
  let at = 0;
  for (const piece of pieces) {
    copyInto(whole, piece, at);
    at += piece.byteLength;
  }
  return whole;
}

/** The sum of lengths. */
export function totalBytes(pieces: readonly Uint8Array[]): number {
  let total = 0;
  for (const piece of pieces) total += piece.byteLength;
  return total;
}
