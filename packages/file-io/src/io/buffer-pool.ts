import { hashableMemory } from '@towline/downloader-core/spi';

/** How much free memory is kept, in bytes: some chunks on their way to each of a dozen receivers. */
const mostFreeBytes = 32 * 1024 * 1024;

/**
 * Buffers of one size that are used again: a fresh megabyte costs as much as reading one from the page cache. Keeps as
 * many as were given back, up to a limit; the rest is left to the garbage collector.
 */
export class BufferPool {
  readonly #bytes: number;
  readonly #limit: number;
  #free: Buffer<ArrayBuffer>[] = [];

  /** `limit`: how many free buffers are kept at most. Default: as many as 32 MiB hold, and one in any case. */
  constructor(bytes: number, limit: number = Math.max(1, Math.floor(mostFreeBytes / bytes))) {
    this.#bytes = bytes;
    this.#limit = limit;
  }

  /** A buffer of the pool's size that shares its ArrayBuffer with no other. What is in it is left over from earlier use. */
  take(): Buffer<ArrayBuffer> {
    return this.#free.pop() ?? this.#fresh();
  }

  /** Gives back a buffer that nobody reads any more. */
  give(buffer: Buffer<ArrayBuffer>): void {
    if (this.#free.length < this.#limit) this.#free.push(buffer);
  }

  #fresh(): Buffer<ArrayBuffer> {
    const memory = hashableMemory(this.#bytes);
    return memory
      ? Buffer.from(memory.buffer, memory.byteOffset, memory.byteLength)
      : Buffer.allocUnsafeSlow(this.#bytes);
  }

  /** Lets go of the free ones. */
  clear(): void {
    this.#free = [];
  }
}
