/** Aligned for numbers of any type. */
const alignment = 8;

const firstSlabBytes = 1024 * 1024;
const mostSlabBytes = 256 * 1024 * 1024;

/**
 * Memory for what arrives and stays, side by side in slabs. An engine looks for garbage after every few dozen MiB of new buffers,
 * for nothing where all of them stay. A slab is as large as what was taken before, so memory grows with what arrived and never by
 * what a peer claims; pages that nobody wrote to cost none. One array that is kept keeps its slab.
 */
export class Arena {
  readonly #expectedBytes: number;
  #takenBytes = 0;
  #slab = new Uint8Array(0);
  #used = 0;

  /** @param expectedBytes - How much will be taken in all, as far as that is known: slabs end there. */
  constructor(expectedBytes = Infinity) {
    this.#expectedBytes = expectedBytes;
  }

  /** Memory that nobody else has, zeroed, at a multiple of 8. Throws a `RangeError` when there is none. */
  take(bytes: number): Uint8Array<ArrayBuffer> {
    if (this.#used + bytes > this.#slab.byteLength) this.#open(bytes);
    const begin = this.#used;
    const end = begin + bytes;
    this.#used = Math.ceil(end / alignment) * alignment;
    this.#takenBytes += this.#used - begin;
    return this.#slab.subarray(begin, end);
  }

  #open(bytes: number): void {
    const grown = Math.min(Math.max(this.#takenBytes, firstSlabBytes), mostSlabBytes);
    const left = Math.max(this.#expectedBytes - this.#takenBytes, 0);
    this.#slab = new Uint8Array(Math.max(bytes, Math.min(grown, left)));
    this.#used = 0;
  }
}
