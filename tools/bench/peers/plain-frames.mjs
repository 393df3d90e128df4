// @ts-check
// The plain copies. A connection begins with 8 bytes of the receiver: which chunk is its first, and how many further each next one is. Then come frames:
// 4 bytes of length, 8 of checksum (zero without), the bytes of a chunk.
import xxhash from 'xxhash-wasm';

/** The quickest sizes: TLS copies what it is given. @param {boolean} encrypted */
export const chunkBytesOf = (encrypted) => (encrypted ? 256 : 1024) * 1024;
export const headBytes = 12;
export const askBytes = 8;

/** What both ends of an encrypted copy have: TLS 1.3 with a pre-shared key and no certificate, as behind a ticket. */
export const tls13 = /** @type {const} */ ({
  minVersion: 'TLSv1.3',
  maxVersion: 'TLSv1.3',
  ciphers: 'TLS_AES_128_GCM_SHA256',
  ecdhCurve: 'X25519',
});
export const psk = { identity: 'bench', key: Buffer.alloc(32, 7) };

/** @param {boolean} checksum @returns {Promise<(bytes: Uint8Array) => bigint>} */
export async function hashOf(checksum) {
  if (!checksum) return () => 0n;
  const loaded = await xxhash();
  // Quicker than `h64Raw` for a megabyte.
  return (bytes) => loaded.create64().update(bytes).digest();
}
