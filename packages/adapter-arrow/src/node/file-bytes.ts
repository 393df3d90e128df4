import { copyInto, type ProduceContext } from '@towline/downloader-core/spi';
import {
  BufferPool,
  checkSource,
  type OpenedSource,
  type OpenFile,
  type Pace,
  readSource,
  type SourceFile,
} from '@towline/file-io';
import type { ByteSource, SourceChunk } from '../transfer/byte-source.ts';
import type { Segment } from '../transfer/segments.ts';

/** A file on disk, which must not change (rule I3). Counts what it reads. */
export class FileBytes implements ByteSource {
  readonly size: number;
  readonly #source: SourceFile;
  readonly #file: OpenFile;
  readonly #pace: Pace;
  readonly #buffers: BufferPool;
  #bytesRead = 0;

  constructor({ source, file, stats, pace }: OpenedSource, chunkBytes: number) {
    this.size = Number(stats.size);
    this.#source = source;
    this.#file = file;
    this.#pace = pace;
    this.#buffers = new BufferPool(chunkBytes);
  }

  /** Bytes that were read from the file so far. */
  get bytesRead(): number {
    return this.#bytesRead;
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(Math.max(Math.min(length, this.size - offset), 0));
    await this.#fill(bytes, offset);
    return bytes;
  }

  /** One buffer for all of a chunk: what was made for it is copied to its place there. */
  async gather(segments: readonly Segment[], { signal }: Pick<ProduceContext, 'signal'>): Promise<SourceChunk> {
    const buffer = this.#buffers.take();
    const recycle = (): void => this.#buffers.give(buffer);
    let at = 0;
    try {
      for (const segment of segments) {
        signal.throwIfAborted();
        const target = buffer.subarray(at, (at += segment.bytes));
        if ('data' in segment) copyInto(target, segment.data, 0);
        else await this.#fill(target, segment.offset);
      }
    } catch (thrown) {
      recycle();
      throw thrown;
    }
    return { data: [buffer.subarray(0, at)], owned: at === buffer.byteLength, recycle };
  }

  async check(): Promise<void> {
    await checkSource(this.#source, this.#pace);
  }

  async close(): Promise<void> {
    this.#buffers.clear();
    await this.#file.close();
  }

  async #fill(target: Uint8Array, position: number): Promise<void> {
    if (target.byteLength === 0) return;
    await readSource(this.#source, this.#file, target, position, this.#pace);
    this.#bytesRead += target.byteLength;
  }
}
