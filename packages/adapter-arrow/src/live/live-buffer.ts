/** A chunk whose borders are fixed. */
export interface LiveChunk {
  readonly at: number;
  readonly length: number;
  readonly data: readonly Uint8Array[];
}

/**
 * The bytes of a source that is read once, cut into chunks. A border is fixed when a chunk is full or was asked for, and is then the
 * same for everybody (rule S3).
 */
export class LiveBuffer {
  readonly #chunkBytes: number;
  #chunks: LiveChunk[] = [];
  #open: { at: number; length: number; data: Uint8Array[] } = { at: 0, length: 0, data: [] };

  constructor(chunkBytes: number) {
    this.#chunkBytes = chunkBytes;
  }

  /** The first byte that is still here. */
  get start(): number {
    return this.#chunks[0]?.at ?? this.#open.at;
  }

  /** How many bytes there have been. */
  get end(): number {
    return this.#open.at + this.#open.length;
  }

  get heldBytes(): number {
    return this.end - this.start;
  }

  push(parts: readonly Uint8Array[]): void {
    for (const part of parts) {
      for (let rest = part; rest.byteLength > 0;) {
        const taken = rest.subarray(0, this.#chunkBytes - this.#open.length);
        this.#open.data.push(taken);
        this.#open.length += taken.byteLength;
        if (this.#open.length === this.#chunkBytes || this.#open.data.length === mostParts) this.#close();
        rest = rest.subarray(taken.byteLength);
      }
    }
  }

  /** The chunk that begins at a place, as long as there is one. What has come since the last one is not waited for to fill it. */
  chunkAt(at: number): LiveChunk | undefined {
    if (at === this.#open.at && this.#open.length > 0) this.#close();
    let low = 0;
    let high = this.#chunks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#chunks[middle] as LiveChunk).at < at) low = middle + 1;
      else high = middle;
    }
    const chunk = this.#chunks[low];
    return chunk?.at === at ? chunk : undefined;
  }

  /** Lets go of chunks that end at or before a place. */
  dropBefore(at: number): void {
    const kept = this.#chunks.findIndex((chunk) => chunk.at + chunk.length > at);
    this.#chunks = kept === -1 ? [] : this.#chunks.slice(kept);
  }

  /** Lets go of everything. */
  clear(): void {
    this.#chunks = [];
    this.#open = { at: this.end, length: 0, data: [] };
  }

  #close(): void {
    this.#chunks.push(this.#open);
    this.#open = { at: this.end, length: 0, data: [] };
  }
}

// What core takes in one chunk (rule S7).
const mostParts = 4_096;
