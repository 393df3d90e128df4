import {
  andThen,
  copyInto,
  inTurn,
  isPromise,
  type MaybePromise,
  orElse,
  type ProduceContext,
} from '@towline/downloader-core/spi';
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
  gather(segments: readonly Segment[], call: Pick<ProduceContext, 'signal'>): MaybePromise<SourceChunk> {
    const buffer = this.#buffers.take();
    const recycle = (): void => this.#buffers.give(buffer);
    let at = 0;
    const fill = (segment: Segment): MaybePromise<void> => {
      const target = buffer.subarray(at, (at += segment.bytes));
      if ('data' in segment) return copyInto(target, segment.data, 0);
      const filled = this.#fill(target, segment.offset);
      return isPromise(filled) ? filled.then(() => call.signal.throwIfAborted()) : filled;
    };
    const failed = (thrown: unknown): never => {
      recycle();
      throw thrown;
    };
    const filled = orElse(() => inTurn(segments, fill), failed);
    return andThen(filled, () => ({ data: [buffer.subarray(0, at)], owned: at === buffer.byteLength, recycle }));
  }

  async check(): Promise<void> {
    await checkSource(this.#source, this.#pace);
  }

  async close(): Promise<void> {
    this.#buffers.clear();
    await this.#file.close();
  }

  #fill(target: Uint8Array, position: number): MaybePromise<void> {
    if (target.byteLength === 0) return;
    return andThen(readSource(this.#source, this.#file, target, position, this.#pace), () => {
      this.#bytesRead += target.byteLength;
    });
  }
}
