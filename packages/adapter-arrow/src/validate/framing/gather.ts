const firstCapacityBytes = 4096;
// Each growth leaves what was held before as garbage: a large factor makes that little, and a peer can have no more than so many
// times the memory that it has filled.
const growth = 16;

/**
 * Collects a known number of bytes from pieces. Memory grows with what arrived, never with what was announced; bytes
 * that arrive whole are not copied.
 */
export class Gather {
  readonly wantedBytes: number;
  #held: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #heldBytes = 0;

  constructor(wantedBytes: number) {
    this.wantedBytes = wantedBytes;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Takes what is missing from the start of `bytes`; tells how many it took. They are copied unless they are all. */
  take(bytes: Uint8Array): { readonly taken: number; readonly whole: Uint8Array | undefined } {
    const taken = Math.min(this.wantedBytes - this.#heldBytes, bytes.length);
    if (taken === this.wantedBytes) return { taken, whole: bytes.subarray(0, taken) };
    this.#append(bytes.subarray(0, taken));
    const complete = this.#heldBytes === this.wantedBytes;
    return { taken, whole: complete ? this.#held.subarray(0, this.#heldBytes) : undefined };
  }

  #append(bytes: Uint8Array): void {
    const needed = this.#heldBytes + bytes.length;
    if (needed > this.#held.length) {
      const grown = new Uint8Array(Math.min(this.wantedBytes, Math.max(growth * needed, firstCapacityBytes)));
      grown.set(this.#held.subarray(0, this.#heldBytes));
      this.#held = grown;
    }
    this.#held.set(bytes, this.#heldBytes);
    this.#heldBytes = needed;
  }
}
