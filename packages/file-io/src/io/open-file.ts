import {
  type BigIntStats,
  close,
  closeSync,
  fstatSync,
  fsync,
  ftruncate,
  ftruncateSync,
  futimes,
  futimesSync,
  open,
  openSync,
  read,
  readSync,
  write,
  writeSync,
} from 'node:fs';
import { promisify } from 'node:util';
import type { Pace } from './pace.ts';

const pooled = {
  open: promisify(open),
  read: promisify(read),
  write: promisify(write),
  ftruncate: promisify(ftruncate),
  futimes: promisify(futimes),
  fsync: promisify(fsync),
  close: promisify(close),
};

/**
 * An open file, read and written at positions. Unlike Node's FileHandle it can make its calls on the calling thread, also
 * the opening; as there, closing waits for calls that run. Every disk call of this package on an open file is here.
 */
export class OpenFile {
  readonly #fd: number;
  readonly #pace: Pace;
  #running = 0;
  #closing: Promise<void> | undefined;
  #onIdle: (() => void) | undefined;

  private constructor(fd: number, pace: Pace) {
    this.#fd = fd;
    this.#pace = pace;
  }

  /** Opens a file. `mode`: the rights of one that is made, before the process's mask. */
  static async open(path: string, flags: string | number, pace: Pace, mode = 0o666): Promise<OpenFile> {
    const fd = await pace.run(
      () => openSync(path, flags, mode),
      () => pooled.open(path, flags, mode),
    );
    return new OpenFile(fd, pace);
  }

  /** The file's status, at once: what is in use is in memory. */
  stats(): BigIntStats {
    return fstatSync(this.#fd, { bigint: true });
  }

  /** Fills `buffer` from `position`. Gives the number of bytes read: fewer than it holds only at the end of the file. */
  async read(buffer: Uint8Array, position: number): Promise<number> {
    let filled = 0;
    while (filled < buffer.byteLength) {
      const length = buffer.byteLength - filled;
      const at = position + filled;
      const bytes = await this.#run(
        () => readSync(this.#fd, buffer, filled, length, at),
        async () => (await pooled.read(this.#fd, buffer, filled, length, at)).bytesRead,
      );
      if (bytes === 0) break;
      filled += bytes;
    }
    return filled;
  }

  /** Writes all of `bytes` at `position`. */
  async write(bytes: Uint8Array, position: number): Promise<void> {
    let written = 0;
    while (written < bytes.byteLength) {
      const length = bytes.byteLength - written;
      const at = position + written;
      written += await this.#run(
        () => writeSync(this.#fd, bytes, written, length, at),
        async () => (await pooled.write(this.#fd, bytes, written, length, at)).bytesWritten,
      );
    }
  }

  /** Cuts the file, or makes it longer by a hole. */
  truncate(size: number): Promise<void> {
    return this.#run(
      () => ftruncateSync(this.#fd, size),
      () => pooled.ftruncate(this.#fd, size),
    );
  }

  /** Sets the times of access and modification. */
  setTimes(accessed: number | Date, modified: number | Date): Promise<void> {
    return this.#run(
      () => futimesSync(this.#fd, accessed, modified),
      () => pooled.futimes(this.#fd, accessed, modified),
    );
  }

  /** Waits until the disk has the file: always on the thread pool, since that takes its time. */
  sync(): Promise<void> {
    return this.#counted(() => pooled.fsync(this.#fd));
  }

  /** Closes the file when no call runs any more. Closing twice does no harm; other calls fail from now on. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  #run<T>(inline: () => T, onPool: () => Promise<T>): Promise<T> {
    return this.#counted(() => this.#pace.run(inline, onPool));
  }

  // The number of a closed file may belong to another one soon: nothing may run on it.
  async #counted<T>(call: () => Promise<T>): Promise<T> {
    if (this.#closing !== undefined) throw new Error('the file is closed');
    this.#running += 1;
    try {
      return await call();
    } finally {
      this.#running -= 1;
      if (this.#running === 0) this.#onIdle?.();
    }
  }

  async #close(): Promise<void> {
    if (this.#running > 0) await new Promise<void>((resolve) => (this.#onIdle = resolve));
    await this.#pace.run(
      () => closeSync(this.#fd),
      () => pooled.close(this.#fd),
    );
  }
}
