import type { Hasher, RunningHash } from '../base/hash.ts';

/** The digest of one pull: XXH64 over the sequence number (8 bytes, big-endian) and the checksum of each chunk (rule I2). */
export class ChunkDigest {
  readonly #hash: RunningHash;
  #chunks = 0;

  constructor(hasher: Hasher) {
    this.#hash = hasher.start();
  }

  /** How many chunks were added. */
  get chunks(): number {
    return this.#chunks;
  }

  add(checksum: Uint8Array): void {
    this.#chunks += 1;
    const seq = new Uint8Array(8);
    new DataView(seq.buffer).setBigUint64(0, BigInt(this.#chunks));
    this.#hash.update(seq);
    this.#hash.update(checksum);
  }

  digest(): Uint8Array {
    return this.#hash.digest();
  }
}
