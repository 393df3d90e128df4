const zeros = Buffer.alloc(1024 * 1024);

/** Whether all bytes are zero. Stops at the first that is not, so data that is not sparse costs next to nothing. */
export function isZero(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.byteLength; at += zeros.byteLength) {
    const length = Math.min(zeros.byteLength, bytes.byteLength - at);
    if (zeros.compare(bytes, at, at + length, 0, length) !== 0) return false;
  }
  return true;
}
