import { maxSegments, pieceAt, type Placed } from '@towline/downloader-core/spi';

/** A chunk whose borders are fixed. */
export interface LiveChunk extends Placed {
  readonly data: readonly Uint8Array[];
}

/**
 * The bytes of a source that is read once, cut into chunks. A border is fixed when a chunk is full or was asked for, and is then the
 * same for everybody (rule S3).
 */
export class LiveBuffer {
  readonly #chunkBytes: number;
  #chunks: LiveChunk[] = [];
  #open: { at: number; bytes: number; data: Uint8Array[] } = { at: 0, bytes: 0, data: [] };

  constructor(chunkBytes: number) {
    this.#chunkBytes = chunkBytes;
  }

  /** The first byte that is still here. */
  get start(): number {
    return this.#chunks[0]?.at ?? this.#open.at;
  }

  /** How many bytes there have been. */
  get end(): number {
    return this.#open.at + this.#open.bytes;
  }

  get heldBytes(): number {
    return this.end - this.start;
  }

  push(parts: readonly Uint8Array[]): void {
    for (const part of parts) {
      for (let rest = part; rest.byteLength > 0;) {
        const taken = rest.subarray(0, this.#chunkBytes - this.#open.bytes);
        this.#open.data.push(taken);
        this.#open.bytes += taken.byteLength;
        if (this.#open.bytes === this.#chunkBytes || this.#open.data.length === maxSegments) this.#close();
        rest = rest.subarray(taken.byteLength);
      }
    }
  }

  /** The chunk that begins at a place, as long as there is one. What has come since the last one is not waited for to fill it. */
  chunkAt(at: number): LiveChunk | undefined {
    if (at === this.#open.at && this.#open.bytes > 0) this.#close();
    const chunk = this.#chunks[pieceAt(this.#chunks, at)];
    return chunk?.at === at ? chunk : undefined;
  }

  /** Lets go of chunks that end at or before a place. */
  dropBefore(at: number): void {
    const kept = this.#chunks.findIndex((chunk) => chunk.at + chunk.bytes > at);
    this.#chunks = kept === -1 ? [] : this.#chunks.slice(kept);
  }

  /** Lets go of everything. */
  clear(): void {
    this.#chunks = [];
    this.#open = { at: this.end, bytes: 0, data: [] };
  }

  #close(): void {
    this.#chunks.push(this.#open);
    this.#open = { at: this.end, bytes: 0, data: [] };
  }
}
