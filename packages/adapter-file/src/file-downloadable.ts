import type { BigIntStats } from 'node:fs';
import { resolve } from 'node:path';
import {
  andThen,
  type Description,
  type Downloadable,
  downloadable,
  type MaybePromise,
  orElse,
  parseCounters,
  type ProduceContext,
  type Produced,
  type ProducedError,
  type Schema,
  type Totals,
  chunkBytesOf,
} from '@towline/downloader-core/spi';
import {
  BufferPool,
  checkSource,
  mtimeMsOf,
  type OpenedSource,
  type OpenFile,
  openSourceFile,
  type Pace,
  producedError,
  readSource,
  type SourceFile,
  sourceName,
} from '@towline/file-io';
import { describeFile, totalsOf } from './file-description.ts';
import { type OnlyRequest, onlyRequestSchema, pathMatcher } from './only.ts';

/** The cursor of a file: how many of its bytes come before. */
export type FileState = {
  /** In bytes: 0 is the beginning, the size of the file its end. */
  readonly offset: number;
};

/** Options of {@link FileDownloadable.open}. */
export interface FileSourceOptions {
  /** The size of every chunk but the last, in bytes, from 1 to 64 MiB. Default 4 MiB. */
  readonly chunkBytes?: number | undefined;
  /** The name that receivers see. Default: the last name of the path. */
  readonly name?: string | undefined;
}

/**
 * One file on disk. It is read at positions, as receivers ask for it, and must not change until the transaction ends: a
 * change ends the transfer for every receiver with `source_changed` (rule I3). Open by {@link FileDownloadable.open}.
 */
export class FileDownloadable implements Downloadable<FileState, OnlyRequest> {
  readonly [downloadable] = true as const;
  readonly kind = 'file';
  readonly requestSchema: Schema<OnlyRequest> = onlyRequestSchema;
  readonly stateSchema: Schema<FileState>;
  readonly maxChunkBytes: number;
  /** The absolute path. */
  readonly path: string;
  /** The name that receivers see. */
  readonly name: string;
  /** The file's size in bytes. */
  readonly totalBytes: number;
  readonly #source: SourceFile;
  readonly #file: OpenFile;
  readonly #stats: BigIntStats;
  readonly #buffers: BufferPool;
  readonly #pace: Pace;
  #failure: ProducedError | undefined;

  private constructor({ source, file, stats, pace }: OpenedSource, name: string, chunkBytes: number) {
    this.path = source.path;
    this.name = name;
    this.totalBytes = Number(stats.size);
    this.maxChunkBytes = chunkBytes;
    this.stateSchema = { parse: (input) => parseState(input, this.totalBytes) };
    this.#source = source;
    this.#file = file;
    this.#pace = pace;
    this.#stats = stats;
    this.#buffers = new BufferPool(chunkBytes);
  }

  /**
   * Opens a file to be shared. A symbolic link is followed. Keeps the file open until `release()`, which the transaction
   * calls; call it yourself for a file that is never added. Throws `invalid_argument`, `source_missing`,
   * `source_unreadable`, `source_unsupported` (no regular file) or `unsafe_name` (its name is not valid Unicode).
   */
  static async open(path: string, options: FileSourceOptions = {}): Promise<FileDownloadable> {
    const chunkBytes = chunkBytesOf(options);
    const absolute = resolve(path);
    const name = sourceName(options.name, absolute);
    return new FileDownloadable(await openSourceFile(absolute), name, chunkBytes);
  }

  describe(): Description {
    const { totalBytes, name } = this;
    const executable = (this.#stats.mode & 0o111n) !== 0n;
    return describeFile({ name, totalBytes, executable, mtimeMs: mtimeMsOf(this.#stats) });
  }

  totals(request: OnlyRequest): Totals {
    return this.#matches(request) ? totalsOf(this) : { totalBytes: 0, totalItems: 0 };
  }

  produce(state: FileState | undefined, { request }: ProduceContext<OnlyRequest>): MaybePromise<Produced<FileState>> {
    if (this.#failure !== undefined) return this.#failure;
    const isWanted = request === undefined || this.#matches(request);
    return orElse(
      () => (isWanted ? this.#produceAt(state?.offset ?? 0) : { status: 'eof' }),
      (thrown) => this.#failed(thrown),
    );
  }

  /**
   * Looks at the file once more, for those who kept a chunk and hand it out again (rule I3). Gives what `produce` returns
   * from then on when the file has changed, or nothing.
   */
  async check(): Promise<ProducedError | undefined> {
    try {
      if (this.#failure === undefined) await checkSource(this.#source, this.#pace);
    } catch (thrown) {
      this.#failure = producedError(thrown);
    }
    return this.#failure;
  }

  /** Closes the file. */
  async release(): Promise<void> {
    this.#buffers.clear();
    await this.#file.close();
  }

  #produceAt(offset: number): MaybePromise<Produced<FileState>> {
    if (offset < this.totalBytes) return this.#chunk(offset);
    return andThen(checkSource(this.#source, this.#pace), () => ({ status: 'eof' }) as const);
  }

  #chunk(offset: number): MaybePromise<Produced<FileState>> {
    const buffer = this.#buffers.take();
    const data = buffer.subarray(0, Math.min(this.maxChunkBytes, this.totalBytes - offset));
    const recycle = (): void => this.#buffers.give(buffer);
    const next = offset + data.byteLength;
    const owned = data.byteLength === buffer.byteLength;
    const items = next === this.totalBytes ? 1 : 0;
    const chunk: Produced<FileState> = { status: 'ok', data, state: { offset: next }, items, owned, recycle };
    const read = (): MaybePromise<void> => readSource(this.#source, this.#file, data, offset, this.#pace);
    const failed = (thrown: unknown): never => {
      recycle();
      throw thrown;
    };
    return andThen(orElse(read, failed), () => chunk);
  }

  #failed(thrown: unknown): ProducedError {
    return (this.#failure = producedError(thrown));
  }

  #matches({ only }: OnlyRequest): boolean {
    return pathMatcher(only)(this.name);
  }
}

function parseState(input: unknown, totalBytes: number): FileState {
  const state = parseCounters(input, ['offset']);
  if (state.offset > totalBytes) throw new RangeError(`the offset lies beyond the ${totalBytes} bytes of the file`);
  return state;
}
