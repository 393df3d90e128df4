// @ts-check
// The frames of the plain copies: 4 bytes of length, 8 of checksum (zero without), then the bytes of a chunk.
import xxhash from 'xxhash-wasm';

export const chunkBytes = 1024 * 1024;
export const headBytes = 12;

/** @param {boolean} checksum @returns {Promise<(bytes: Uint8Array) => bigint>} */
export async function hashOf(checksum) {
  if (!checksum) return () => 0n;
  const loaded = await xxhash();
  // Quicker than `h64Raw` for a megabyte.
  return (bytes) => loaded.create64().update(bytes).digest();
}
