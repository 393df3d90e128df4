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
import { isPromise, type MaybePromise } from '@towline/downloader-core/spi';
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

// The page cache takes what one call writes in blocks of up to its size. Blocks below 2 MiB are of memory that the system has at
// hand; larger ones it has to look for, in memory that is split up or that the host of a virtual machine has taken back.
const mostBytesPerWrite = 1024 * 1024;

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
  read(buffer: Uint8Array, position: number): MaybePromise<number> {
    return this.#run(
      () => this.#fill(buffer, position),
      () => this.#fillOnPool(buffer, position),
    );
  }

  /** Writes all of `bytes` at `position`. */
  write(bytes: Uint8Array, position: number): MaybePromise<number> {
    return this.#run(
      () => this.#put(bytes, position),
      () => this.#putOnPool(bytes, position),
    );
  }

  /** Cuts the file, or makes it longer by a hole. */
  truncate(size: number): MaybePromise<void> {
    return this.#run(
      () => ftruncateSync(this.#fd, size),
      () => pooled.ftruncate(this.#fd, size),
    );
  }

  /** Sets the times of access and modification. */
  setTimes(accessed: number | Date, modified: number | Date): MaybePromise<void> {
    return this.#run(
      () => futimesSync(this.#fd, accessed, modified),
      () => pooled.futimes(this.#fd, accessed, modified),
    );
  }

  /** Waits until the disk has the file: always on the thread pool, since that takes its time. */
  async sync(): Promise<void> {
    if (this.#closing !== undefined) throw new Error('the file is closed');
    await this.#counted(pooled.fsync(this.#fd));
  }

  /** Closes the file when no call runs any more. Closing twice does no harm; other calls fail from now on. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  // Calls may move fewer bytes than they are asked to; none is the end of the file.
  #fill(buffer: Uint8Array, position: number): number {
    const bytes = buffer.byteLength;
    let done = 0;
    while (done < bytes) {
      const moved = readSync(this.#fd, buffer, done, bytes - done, position + done);
      if (moved === 0) break;
      done += moved;
    }
    return done;
  }

  async #fillOnPool(buffer: Uint8Array, position: number): Promise<number> {
    const bytes = buffer.byteLength;
    let done = 0;
    while (done < bytes) {
      const { bytesRead } = await pooled.read(this.#fd, buffer, done, bytes - done, position + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return done;
  }

  #put(bytes: Uint8Array, position: number): number {
    let done = 0;
    while (done < bytes.byteLength) done += writeSync(this.#fd, bytes, done, pieceAfter(done, bytes), position + done);
    return done;
  }

  async #putOnPool(bytes: Uint8Array, position: number): Promise<number> {
    let done = 0;
    while (done < bytes.byteLength)
      done += (await pooled.write(this.#fd, bytes, done, pieceAfter(done, bytes), position + done)).bytesWritten;
    return done;
  }

  #run<T>(inline: () => T, onPool: () => Promise<T>): MaybePromise<T> {
    // The number of a closed file may belong to another one soon: nothing may run on it.
    if (this.#closing !== undefined) throw new Error('the file is closed');
    const result = this.#pace.run(inline, onPool);
    return isPromise(result) ? this.#counted(result) : result;
  }

  // A call that is over at once cannot be met by a close.
  #counted<T>(running: Promise<T>): Promise<T> {
    this.#running += 1;
    return running.finally(() => {
      this.#running -= 1;
      if (this.#running === 0) this.#onIdle?.();
    });
  }

  async #close(): Promise<void> {
    if (this.#running > 0) await new Promise<void>((resolve) => (this.#onIdle = resolve));
    await this.#pace.run(
      () => closeSync(this.#fd),
      () => pooled.close(this.#fd),
    );
  }
}

function pieceAfter(done: number, { byteLength }: Uint8Array): number {
  return Math.min(byteLength - done, mostBytesPerWrite);
}
