import { hashableMemory, smallMemory } from '@towline/downloader-core/spi';

/** How much unused memory is kept for bodies to come, in bytes: as much as the largest window lets come ahead. */
const maxKeptBytes = 32 * 1024 * 1024;

/** Smaller bodies are not worth it, in bytes. It also bounds how many are kept. */
const minKeptBytes = 64 * 1024;

/** How many sizes are known. */
const mostSizes = 32;

/**
 * Memory of bodies that were given back, for bodies of exactly the same size: objects come in chunks of one size. Fresh
 * memory costs more than the reading itself, for every page of it is first touched.
 */
export class BodyPool {
  readonly #kept: Uint8Array[] = [];
  #keptBytes = 0;
  /** Sizes of what was given back: bodies of these are worth memory that is made for use again and again. */
  readonly #recurring = new Set<number>();
  /** Those that were made so. */
  readonly #lasting = new WeakSet<Uint8Array>();

  /** Memory that nobody else has; its contents are arbitrary. */
  take(bytes: number): Uint8Array {
    if (bytes < minKeptBytes) return smallMemory(bytes);
    const index = this.#kept.findLastIndex((body) => body.byteLength === bytes);
    const [body] = index < 0 ? [] : this.#kept.splice(index, 1);
    if (!body) return this.#fresh(bytes);
    this.#keptBytes -= bytes;
    return body;
  }

  /** Takes memory back that nobody uses any more. The oldest goes when there is too much. */
  giveBack(body: Uint8Array): void {
    if (body.byteLength < minKeptBytes) return;
    if (!this.#lasting.has(body)) return this.#recurs(body.byteLength);
    this.#kept.push(body);
    this.#keptBytes += body.byteLength;
    while (this.#keptBytes > maxKeptBytes) this.#keptBytes -= this.#kept.shift()?.byteLength ?? 0;
  }

  /** Made before its size was known to come back: it is not kept, those that follow are better. */
  #recurs(bytes: number): void {
    if (this.#recurring.size === mostSizes) this.#recurring.clear();
    this.#recurring.add(bytes);
  }

  #fresh(bytes: number): Uint8Array {
    if (!this.#recurring.has(bytes)) return plainMemory(bytes);
    const body = hashableMemory(bytes) ?? plainMemory(bytes);
    this.#lasting.add(body);
    return body;
  }
}

function plainMemory(bytes: number): Uint8Array {
  return new Uint8Array(Buffer.allocUnsafeSlow(bytes).buffer);
}
