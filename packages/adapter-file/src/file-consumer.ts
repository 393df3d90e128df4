import { createHash, type Hash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import {
  andThen,
  type Consumer,
  consumer,
  type Description,
  DownloadError,
  isPromise,
  type MaybePromise,
  parseCounters,
  type Schema,
  type StartResult,
  Turns,
} from '@towline/downloader-core/spi';
import {
  checkFree,
  checkSpace,
  NewFile,
  onTarget,
  Pace,
  publishFile,
  syncFolder,
  type Target,
  targetFor,
  temporaryPath,
} from '@towline/file-io';
import { type FileDescription, readFileDescription } from './file-description.ts';
import type { FileState } from './file-downloadable.ts';
import { pathMatcher } from './only.ts';
import { checkTargetOptions, type TargetOptions } from './target/options.ts';

/** Options of {@link FileConsumer}. */
export interface FileConsumerOptions extends TargetOptions {
  /** Computes a digest of the whole file as it arrives: about 0.5 ms for each MiB. Default: none. */
  readonly digest?: 'sha256' | undefined;
}

/** What receiving a file gives. */
export interface FileResult {
  readonly kind: 'file';
  /** The file, absolute. */
  readonly path: string;
  /** False when nothing was written, because the file did not match `only`. */
  readonly written: boolean;
  /** The file's size; 0 when it was not written. */
  readonly bytes: number;
  /** In hexadecimal, when it was asked for and the file was written. */
  readonly sha256?: string;
}

/** A file that is on its way. */
interface Arrival {
  readonly target: Target;
  readonly description: FileDescription;
  readonly temporary: string;
  readonly file: NewFile;
  readonly hash: Hash | undefined;
}

/**
 * Writes one file into a folder. Bytes go to a hidden temporary file there, which gets the final name only when it is
 * complete and on the disk; a failed download removes it. One consumer serves one download. Fails with codes of
 * `fileErrorCodes`.
 */
export class FileConsumer implements Consumer<FileResult, FileState> {
  readonly [consumer] = true as const;
  readonly stateSchema: Schema<FileState> = { parse: (input) => parseCounters(input, ['offset']) };
  readonly startsAtBeginning: boolean;
  readonly #options: FileConsumerOptions;
  readonly #turns = new Turns();
  #target: Target | undefined;
  #arrival: Arrival | undefined;
  #received = 0;
  #leftover: string | undefined;

  /** Throws `invalid_argument`. */
  constructor(options: FileConsumerOptions) {
    checkTargetOptions(options);
    if (options.digest !== undefined && options.digest !== 'sha256')
      throw new DownloadError('invalid_argument', 'digest is not "sha256"');
    this.#options = options;
    // Whether `only` takes the file is known by its name: what it leaves out is not sent.
    this.startsAtBeginning = options.only === undefined;
  }

  start(description: Description): Promise<StartResult<FileState> | undefined> {
    return this.#turns.run(() => this.#start(readFileDescription(description)));
  }

  consume(data: readonly Uint8Array[], state: FileState): MaybePromise<void> {
    return this.#turns.run(() => this.#consume(data, state));
  }

  downloadCompleted(): Promise<FileResult> {
    return this.#turns.run(() => this.#complete());
  }

  async downloadFailed(): Promise<void> {
    await this.#turns.settled();
    await this.#arrival?.file.close();
    if (this.#leftover !== undefined) await rm(this.#leftover, { force: true });
  }

  async #start(description: FileDescription): Promise<StartResult<FileState> | undefined> {
    const { only, digest } = this.#options;
    if (this.#target !== undefined) throw new DownloadError('invalid_argument', 'a FileConsumer serves one download');
    const target = (this.#target = targetFor(this.#options, description.name));
    if (only !== undefined && !pathMatcher(only)(description.name)) return { request: { only } };
    await onTarget(target.path, async () => {
      await checkFree(target, 'file');
      await checkSpace(target.directory, description.totalBytes, 1);
      const temporary = temporaryPath(target.directory);
      const file = await NewFile.create(temporary, description.executable, new Pace());
      this.#leftover = temporary;
      const hash = digest === undefined ? undefined : createHash(digest);
      this.#arrival = { target, description, temporary, file, hash };
    });
    return undefined;
  }

  #consume(data: readonly Uint8Array[], state: FileState): MaybePromise<void> {
    const arrival = this.#arrival;
    const total = arrival?.description.totalBytes ?? 0;
    const from = this.#received;
    const bytes = data.reduce((sum, { byteLength }) => sum + byteLength, 0);
    // Also what keeps a peer from leaving holes, which would be zeros in the file.
    if (state.offset !== from + bytes || state.offset > total)
      throw protocolError(`a chunk of ${bytes} bytes leads from ${from} to ${state.offset} of ${total}`);
    const written = arrival && onTarget(arrival.target.path, () => writeAll(arrival, data, from));
    return andThen(written, () => {
      this.#received = state.offset;
    });
  }

  async #complete(): Promise<FileResult> {
    const path = this.#target?.path ?? '';
    if (this.#arrival === undefined) return { kind: 'file', path, written: false, bytes: 0 };
    const { description, hash } = this.#arrival;
    const bytes = description.totalBytes;
    if (this.#received !== bytes) throw protocolError(`the file ends after ${this.#received} of ${bytes} bytes`);
    await onTarget(path, () => this.#publish(this.#arrival as Arrival));
    const result = { kind: 'file', path, written: true, bytes } as const;
    return hash === undefined ? result : { ...result, sha256: hash.digest('hex') };
  }

  async #publish({ description, file, target, temporary }: Arrival): Promise<void> {
    const { fsync = true } = this.#options;
    await file.finish({ size: description.totalBytes, mtimeMs: description.mtimeMs, fsync });
    await file.close();
    await publishFile(temporary, target);
    // Should the folder not reach the disk, a file that was not there before is taken back.
    this.#leftover = target.overwrite ? undefined : target.path;
    if (fsync) await syncFolder(target.directory);
    this.#leftover = undefined;
  }
}

function writeAll(
  { file, hash }: Pick<Arrival, 'file' | 'hash'>,
  data: readonly Uint8Array[],
  from: number,
): MaybePromise<void> {
  let position = from;
  for (const [index, bytes] of data.entries()) {
    hash?.update(bytes);
    const written = file.write(bytes, position);
    position += bytes.byteLength;
    if (isPromise(written)) return written.then(() => writeAll({ file, hash }, data.slice(index + 1), position));
  }
}

function protocolError(problem: string): DownloadError {
  return new DownloadError('protocol', `The owner’s file does not fit its description: ${problem}`, { side: 'remote' });
}
