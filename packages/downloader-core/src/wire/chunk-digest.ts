import type { Hasher, RunningHash } from '../base/hash.ts';

const entryBytes = 16;
// Each update of the hash costs the same, however little it is given.
const entriesTogether = 64;

/** The digest of one pull: XXH64 over the sequence number (8 bytes, big-endian) and the checksum of each chunk (rule I2). */
export class ChunkDigest {
  readonly #hash: RunningHash;
  /** Entries that the hash was not given yet. */
  readonly #pending = new DataView(new ArrayBuffer(entryBytes * entriesTogether));
  #pendingBytes = 0;
  #chunks = 0;

  constructor(hasher: Hasher) {
    this.#hash = hasher.start();
  }

  /** How many chunks were added. */
  get chunks(): number {
    return this.#chunks;
  }

  /** Adds the checksum of the next chunk, 8 bytes. */
  add(checksum: Uint8Array): void {
    this.#chunks += 1;
    this.#pending.setUint32(this.#pendingBytes, Math.floor(this.#chunks / 2 ** 32));
    this.#pending.setUint32(this.#pendingBytes + 4, this.#chunks % 2 ** 32);
    for (let index = 0; index < 8; index += 1)
      this.#pending.setUint8(this.#pendingBytes + 8 + index, checksum[index] ?? 0);
    this.#pendingBytes += entryBytes;
    if (this.#pendingBytes === this.#pending.byteLength) this.#flush();
  }

  digest(): Uint8Array {
    this.#flush();
    return this.#hash.digest();
  }

  #flush(): void {
    this.#hash.update(new Uint8Array(this.#pending.buffer, 0, this.#pendingBytes));
    this.#pendingBytes = 0;
  }
}
