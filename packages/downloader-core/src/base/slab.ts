// An ArrayBuffer of its own costs more than what little bytes in it are for: headers, states, checksums and little bodies share
// buffers. What outlives its message holds as much as one of these.
const slabBytes = 16 * 1024;
const mostInSlab = 4 * 1024;
let slab = new Uint8Array(slabBytes);
let used = 0;

/** Memory that nobody else has, at a multiple of 8. Little of it is cut out of a larger buffer. */
export function smallMemory(bytes: number): Uint8Array<ArrayBuffer> {
  if (bytes > mostInSlab) return new Uint8Array(bytes);
  if (used + bytes > slabBytes) {
    slab = new Uint8Array(slabBytes);
    used = 0;
  }
  const from = used;
  used = (from + bytes + 7) & ~7;
  return slab.subarray(from, from + bytes);
}

/** A copy of some bytes, mostly few, in memory that nobody writes to. */
export function smallCopy(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const copy = smallMemory(bytes.byteLength);
  copy.set(bytes);
  return copy;
}
