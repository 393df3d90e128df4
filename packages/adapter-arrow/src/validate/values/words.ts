// Typed arrays read in the byte order of the machine. Every machine that runs JavaScript engines today is
// little-endian, and values of the other order are refused before they come here.

/** `bytes` at an address that is a multiple of 8: themselves, or a copy. */
export function aligned(bytes: Uint8Array): Uint8Array {
  return bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
}

/** The first `count` 16-bit integers of `bytes`. */
export function int16s(bytes: Uint8Array, count: number): Int16Array {
  const { buffer, byteOffset } = aligned(bytes);
  return new Int16Array(buffer, byteOffset, count);
}

/** The first `count` 32-bit integers of `bytes`. */
export function int32s(bytes: Uint8Array, count: number): Int32Array {
  const { buffer, byteOffset } = aligned(bytes);
  return new Int32Array(buffer, byteOffset, count);
}

/** The first `count` unsigned 16-bit integers of `bytes`. */
export function uint16s(bytes: Uint8Array, count: number): Uint16Array {
  const { buffer, byteOffset } = aligned(bytes);
  return new Uint16Array(buffer, byteOffset, count);
}

/** The first `count` unsigned 32-bit integers of `bytes`. */
export function uint32s(bytes: Uint8Array, count: number): Uint32Array {
  const { buffer, byteOffset } = aligned(bytes);
  return new Uint32Array(buffer, byteOffset, count);
}
