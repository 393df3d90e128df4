import { settableTime } from '../io/mtime.ts';
import { OpenFile } from '../io/open-file.ts';
import type { Pace } from '../io/pace.ts';
import { isZero } from '../io/zeros.ts';

/** How a file ends up. */
export interface FileEnd {
  readonly size: number;
  readonly mtimeMs: number;
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
    return new NewFile(await OpenFile.open(path, 'wx', pace, executable ? 0o777 : 0o666));
  }

  /**
   * Writes at a position, but leaves out what is nothing but zeros: a new file has holes there, so sparse files stay
   * sparse. When this settles the bytes are no longer read.
   */
  async write(bytes: Uint8Array, position: number): Promise<void> {
    if (isZero(bytes)) return;
    await this.#file.write(bytes, position);
    this.#length = Math.max(this.#length, position + bytes.byteLength);
  }

  /** Gives the file its size and times, and brings it to the disk if that is wanted. The file stays open. */
  async finish({ size, mtimeMs, fsync }: FileEnd): Promise<void> {
    if (this.#length < size) await this.#file.truncate(size);
    await this.#file.setTimes(Date.now() / 1000, settableTime(mtimeMs));
    if (fsync) await this.#file.sync();
  }

  /** Closes the file, after a write that still runs. Closing twice does no harm. */
  close(): Promise<void> {
    return this.#file.close();
  }
}
