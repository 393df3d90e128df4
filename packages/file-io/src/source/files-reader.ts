import { BufferPool } from '../io/buffer-pool.ts';
import { FileCache } from '../io/file-cache.ts';
import { Pace } from '../io/pace.ts';
import { forEachAtOnce } from '../io/tasks.ts';
import { checkSource, readSource, reopenSource, type SourceFile } from './source-file.ts';

/** A piece of one file, which is called by its key. */
export interface FilePiece {
  /** The key under which the reader was given the file. */
  readonly entry: number;
  /** In bytes from the beginning of the file. */
  readonly offset: number;
  /** In bytes; 0 for a file that is empty. */
  readonly length: number;
  /** The file ends with this piece: one that is a whole file is not kept open. */
  readonly last: boolean;
}

/** A chunk's bytes, and what to call when nobody reads them any more. */
export interface ReadChunk {
  /** The pieces one behind the other, in a pooled buffer: valid until `recycle`. */
  readonly data: Uint8Array;
  /** Whether `data` is all of its ArrayBuffer, so that a transport may take that away: `owned` of a produced chunk. */
  readonly owned: boolean;
  /**
   * Gives the buffer back. To be called once, when nothing reads it any more; not called, it is garbage like any other.
   */
  recycle(): void;
}

/** Reads chunks that are made of pieces of files: several files at once, with a few large ones kept open. */
export class FilesReader {
  readonly #sources: ReadonlyMap<number, SourceFile>;
  readonly #buffers: BufferPool;
  readonly #open = new FileCache<number>();
  readonly #pace = new Pace();

  /** `sources` by the keys that pieces have. `chunkBytes`: the most bytes of one chunk. */
  constructor(sources: ReadonlyMap<number, SourceFile>, chunkBytes: number) {
    this.#sources = sources;
    this.#buffers = new BufferPool(chunkBytes);
  }

  /** Reads pieces of `bytes` bytes in all, one behind the other, into one buffer. Throws `source_changed`. */
  async read(spans: readonly FilePiece[], bytes: number, signal: AbortSignal): Promise<ReadChunk> {
    const buffer = this.#buffers.take();
    const recycle = (): void => this.#buffers.give(buffer);
    try {
      let at = 0;
      const pieces = spans.map((span) => ({ span, target: buffer.subarray(at, (at += span.length)) }));
      await forEachAtOnce(pieces, ({ span, target }) => {
        signal.throwIfAborted();
        return this.#readSpan(span, target);
      });
    } catch (thrown) {
      recycle();
      throw thrown;
    }
    return { data: buffer.subarray(0, bytes), owned: bytes === buffer.byteLength, recycle };
  }

  /** Looks at these files once more (rule I3). Throws `source_changed`. */
  check(files: Iterable<{ readonly entry: number }>): Promise<void> {
    return forEachAtOnce(files, ({ entry }) => checkSource(this.#source(entry), this.#pace));
  }

  /** Closes what is open. */
  async close(): Promise<void> {
    this.#buffers.clear();
    await this.#open.clear();
  }

  async #readSpan({ entry, offset, last }: FilePiece, target: Uint8Array): Promise<void> {
    const source = this.#source(entry);
    // A file that fits into one chunk is opened and closed here: it would only push large ones out of the cache.
    if (offset > 0 || !last) {
      const open = () => reopenSource(source, this.#pace);
      return this.#open.use(entry, open, async (file) => readSource(source, file, target, offset, this.#pace));
    }
    const file = await reopenSource(source, this.#pace);
    try {
      await readSource(source, file, target, offset, this.#pace);
    } finally {
      await file.close();
    }
  }

  #source(entry: number): SourceFile {
    return this.#sources.get(entry) as SourceFile;
  }
}
