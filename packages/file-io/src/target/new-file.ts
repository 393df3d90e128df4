import { andThen, type MaybePromise } from '@towline/downloader-core/spi';
import { settableTime } from '../io/mtime.ts';
import { OpenFile } from '../io/open-file.ts';
import type { Pace } from '../io/pace.ts';
import { isZero } from '../io/zeros.ts';

/** How a file ends up. */
export interface FileEnd {
  /** In bytes. What was not written up to there reads as zeros. */
  readonly size: number;
  /** Absent: the time at which it was written. */
  readonly mtimeMs?: number | undefined;
  /** Whether to wait until the disk has it. */
  readonly fsync: boolean;
}

/** A file that is being written. Nothing that exists is ever opened: not a file, not what a link there points to. */
export class NewFile {
  readonly #file: OpenFile;
  // The end of what was written, without zeros that were left out.
  #length = 0;

  private constructor(file: OpenFile) {
    this.#file = file;
  }

  /** Makes an empty file; its rights are the process's defaults, with or without the right to execute. */
  static async create(path: string, executable: boolean, pace: Pace): Promise<NewFile> {
    return new NewFile(await createFile(path, executable, pace));
  }

  /** Writes at a position. Nothing but zeros becomes a hole. When this settles the bytes are no longer read. */
  write(bytes: Uint8Array, position: number): MaybePromise<void> {
    return andThen(writeSparse(this.#file, bytes, position), (end) => {
      this.#length = Math.max(this.#length, end);
    });
  }

  /** Gives the file its size and times, and brings it to the disk if that is wanted. The file stays open. */
  finish(end: FileEnd): Promise<void> {
    return finishFile(this.#file, this.#length, end);
  }

  /** Closes the file, after a write that still runs. Closing twice does no harm. */
  close(): Promise<void> {
    return this.#file.close();
  }
}

/** Makes an empty file where nothing is. Throws the system's `EEXIST`. */
export function createFile(path: string, executable: boolean, pace: Pace): Promise<OpenFile> {
  return OpenFile.open(path, 'wx', pace, executable ? 0o777 : 0o666);
}

/**
 * Writes into a new file at a position, but leaves out what is nothing but zeros: a new file has holes there, so sparse files
 * stay sparse. When this settles the bytes are no longer read. Gives the end of what was written, or 0.
 */
export function writeSparse(file: OpenFile, bytes: Uint8Array, position: number): MaybePromise<number> {
  if (isZero(bytes)) return 0;
  return andThen(file.write(bytes, position), (written) => position + written);
}

/** Gives a file, of which `length` bytes were written, its size and times, and brings it to the disk if that is wanted. */
export async function finishFile(file: OpenFile, length: number, { size, mtimeMs, fsync }: FileEnd): Promise<void> {
  if (length < size) await file.truncate(size);
  if (mtimeMs !== undefined) await file.setTimes(Date.now() / 1000, settableTime(mtimeMs));
  if (fsync) await file.sync();
}
