import { type FileHandle, open } from 'node:fs/promises';
import { settableTime } from '../io/mtime.ts';
import type { Pace } from '../io/pace.ts';
import { writeAt } from '../io/write-at.ts';

/** How a file ends up. */
export interface FileEnd {
  readonly size: number;
  readonly mtimeMs: number;
  readonly fsync: boolean;
}

/** A file that is being written. Nothing that exists is ever opened: not a file, not what a link there points to. */
export class NewFile {
  readonly #handle: FileHandle;
  readonly #pace: Pace;
  // The end of what was written, without zeros that were left out.
  #length = 0;

  private constructor(handle: FileHandle, pace: Pace) {
    this.#handle = handle;
    this.#pace = pace;
  }

  /** Makes an empty file; its rights are the process's defaults, with or without the right to execute. */
  static async create(path: string, executable: boolean, pace: Pace): Promise<NewFile> {
    return new NewFile(await open(path, 'wx', executable ? 0o777 : 0o666), pace);
  }

  /** Writes at a position. When this settles the bytes are no longer read. */
  async write(bytes: Uint8Array, position: number): Promise<void> {
    const written = await writeAt(this.#handle, bytes, position, this.#pace);
    if (written) this.#length = Math.max(this.#length, position + bytes.byteLength);
  }

  /** Gives the file its size and times, and brings it to the disk if that is wanted. The file stays open. */
  async finish({ size, mtimeMs, fsync }: FileEnd): Promise<void> {
    if (this.#length < size) await this.#handle.truncate(size);
    await this.#handle.utimes(Date.now() / 1000, settableTime(mtimeMs));
    if (fsync) await this.#handle.sync();
  }

  /** Closes the file, after a write that still runs. Closing twice does no harm. */
  close(): Promise<void> {
    return this.#handle.close();
  }
}
