import type { Hasher, RunningHash } from '../base/hash.ts';

const entryBytes = 16;
// Each call of the hash costs the same, however little it is given.
const entriesTogether = 64;
const entries = new DataView(new ArrayBuffer(entryBytes * entriesTogether));

/** The digest of one pull: XXH64 over the sequence number (8 bytes, big-endian) and the checksum of each chunk (rule I2). */
export class ChunkDigest {
  readonly #hasher: Hasher;
  /** Of what is not pending any more; most pulls have few chunks and need none. */
  #hash: RunningHash | undefined;
  #pending: Uint8Array[] = [];
  #chunks = 0;

  constructor(hasher: Hasher) {
    this.#hasher = hasher;
  }

  /** How many chunks were added. */
  get chunks(): number {
    return this.#chunks;
  }

  /** Adds the checksum of the next chunk, 8 bytes. */
  add(checksum: Uint8Array): void {
    this.#chunks += 1;
    this.#pending.push(checksum);
    if (this.#pending.length === entriesTogether) this.#flush();
  }

  /** 8 bytes; more chunks may follow. */
  digest(): Uint8Array {
    if (!this.#hash) return this.#hasher.checksum([this.#pendingEntries()]);
    this.#flush();
    return this.#hash.digest();
  }

  #flush(): void {
    this.#hash ??= this.#hasher.start();
    this.#hash.update(this.#pendingEntries());
    this.#pending = [];
  }

  /** Valid until the next call, of whatever digest. */
  #pendingEntries(): Uint8Array {
    const before = this.#chunks - this.#pending.length;
    for (const [index, checksum] of this.#pending.entries()) {
      const at = index * entryBytes;
      entries.setBigUint64(at, BigInt(before + index + 1));
      for (let byte = 0; byte < checksum.byteLength; byte += 1)
        entries.setUint8(at + 8 + byte, checksum[byte] as number);
    }
    return new Uint8Array(entries.buffer, 0, this.#pending.length * entryBytes);
  }
}
