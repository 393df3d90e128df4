// An ArrayBuffer of its own costs more than what little bytes in it are for: copies of headers, states and checksums share
// buffers. What outlives its message holds as much as one of these.
const slabBytes = 8 * 1024;
const mostInSlab = 1024;
let slab = new Uint8Array(slabBytes);
let used = 0;

/** A copy of some bytes, mostly few, in memory that nobody writes to. */
export function smallCopy(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { byteLength } = bytes;
  if (byteLength > mostInSlab) return new Uint8Array(bytes);
  if (used + byteLength > slabBytes) {
    slab = new Uint8Array(slabBytes);
    used = 0;
  }
  const from = used;
  used += byteLength;
  const copy = slab.subarray(from, used);
  copy.set(bytes);
  return copy;
}
