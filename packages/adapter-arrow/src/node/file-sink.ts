import { rm } from 'node:fs/promises';
import { andThen, inTurn, joined, type MaybePromise } from '@towline/downloader-core/spi';
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
  type TargetOptions,
  temporaryPath,
} from '@towline/file-io';
import type { ArrowDescription } from '../transfer/description.ts';
import type { ArrowSink } from '../transfer/sink.ts';
import type { Trailer } from '../transfer/trailer.ts';

/** What receiving Arrow data to a disk gives. */
export interface ArrowFileResult {
  readonly kind: 'file';
  /** The file, absolute. */
  readonly path: string;
  /** False when nothing was written, because no column matched the selection. */
  readonly written: boolean;
  /** The size of the file. */
  readonly bytes: number;
  /** How many record batches are in it. */
  readonly batches: number;
  /** As its owner counts them; absent where that cannot be told from the metadata. */
  readonly rows: number | undefined;
}

/** Writes what arrives under a temporary name, which becomes the final one when all of it is on the disk. */
export class FileSink implements ArrowSink<ArrowFileResult> {
  readonly as = 'source';
  readonly keepsBytes = false;
  readonly #options: TargetOptions;
  #target: Target | undefined;
  #file: NewFile | undefined;
  #leftover: string | undefined;
  #length = 0;

  constructor(options: TargetOptions) {
    this.#options = options;
  }

  async prepare({ name }: ArrowDescription): Promise<void> {
    const target = (this.#target = targetFor(this.#options, name));
    await onTarget(target.path, () => checkFree(target, 'file'));
  }

  async begin({ bytes }: ArrowDescription): Promise<void> {
    const target = this.#target as Target;
    await onTarget(target.path, async () => {
      await checkSpace(target.directory, bytes ?? 0, 1);
      const temporary = temporaryPath(target.directory);
      this.#file = await NewFile.create(temporary, false, new Pace());
      this.#leftover = temporary;
    });
  }

  write(data: readonly Uint8Array[]): MaybePromise<void> {
    return onTarget((this.#target as Target).path, () =>
      inTurn(joined(data), (bytes) =>
        andThen(this.#file?.write(bytes, this.#length), () => {
          this.#length += bytes.byteLength;
        }),
      ),
    );
  }

  async finish({ bytes, batches, rows }: Trailer): Promise<ArrowFileResult> {
    const target = this.#target as Target;
    await onTarget(target.path, () => this.#publish(target));
    return { kind: 'file', path: target.path, written: true, bytes, batches, rows };
  }

  nothing(): ArrowFileResult {
    return { kind: 'file', path: (this.#target as Target).path, written: false, bytes: 0, batches: 0, rows: 0 };
  }

  async abandon(): Promise<void> {
    await this.#file?.close();
    if (this.#leftover !== undefined) await rm(this.#leftover, { force: true });
  }

  async #publish(target: Target): Promise<void> {
    const { fsync = true } = this.#options;
    await this.#file?.finish({ size: this.#length, fsync });
    await this.#file?.close();
    await publishFile(this.#leftover ?? '', target);
    // Should the folder not reach the disk, a file that was not there before is taken back.
    this.#leftover = target.overwrite ? undefined : target.path;
    if (fsync) await syncFolder(target.directory);
    this.#leftover = undefined;
  }
}
