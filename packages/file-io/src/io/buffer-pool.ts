/**
 * Buffers of one size that are used again: a fresh megabyte costs as much as reading one from the page cache. Keeps as
 * many as were given back, up to a limit; the rest is left to the garbage collector.
 */
export class BufferPool {
  readonly #bytes: number;
  readonly #limit: number;
  #free: Buffer<ArrayBuffer>[] = [];

  /** `limit`: how many free buffers are kept at most. */
  constructor(bytes: number, limit = 8) {
    this.#bytes = bytes;
    this.#limit = limit;
  }

  /** A buffer of the pool's size, in an ArrayBuffer of its own. What is in it is left over from earlier use. */
  take(): Buffer<ArrayBuffer> {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(this.#bytes);
  }

  /** Gives back a buffer that nobody reads any more. */
  give(buffer: Buffer<ArrayBuffer>): void {
    if (this.#free.length < this.#limit) this.#free.push(buffer);
  }

  /** Lets go of the free ones. */
  clear(): void {
    this.#free = [];
  }
}
