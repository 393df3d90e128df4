const slabBytes = 16 * 1024;
const mostInSlab = 4 * 1024;
let slab = fresh(slabBytes);
let used = 0;

/**
 * Memory that nobody else has, at a multiple of 8. Little of it is cut out of a larger one: an ArrayBuffer for each costs more
 * than what is done with it.
 */
export function ownMemory(bytes: number): Uint8Array {
  if (bytes > mostInSlab) return fresh(bytes);
  const from = used;
  if (from + bytes > slabBytes) {
    slab = fresh(slabBytes);
    used = 0;
    return ownMemory(bytes);
  }
  used = (from + bytes + 7) & ~7;
  return slab.subarray(from, from + bytes);
}

function fresh(bytes: number): Uint8Array {
  return new Uint8Array(Buffer.allocUnsafeSlow(bytes).buffer);
}
