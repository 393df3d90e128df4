import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { SafetensorsError } from '../errors.ts';
import { fileError } from './system-errors.ts';

/** Between two reads a signal is looked at; one read never waits for more than this. */
const READ_BYTES = 16 * 2 ** 20;

// Without it, opening a named pipe would wait for somebody to write to it. Windows has neither.
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** A regular file, open for reading at positions. Its size is the one that it had when it was opened. */
export class InputFile implements AsyncDisposable {
  readonly path: string;
  readonly fileBytes: number;
  readonly #handle: FileHandle;
  #closing: Promise<void> | undefined;

  private constructor(path: string, handle: FileHandle, fileBytes: number) {
    this.path = path;
    this.#handle = handle;
    this.fileBytes = fileBytes;
  }

  /** @throws SafetensorsError `not_found`, `not_a_checkpoint` when it is no regular file, `file_system` */
  static async open(path: string): Promise<InputFile> {
    let handle: FileHandle | undefined;
    try {
      handle = await open(path, OPEN_FLAGS);
      const status = await handle.stat();
      if (!status.isFile()) throw new SafetensorsError('not_a_checkpoint', 'is no regular file');
      return new InputFile(path, handle, status.size);
    } catch (error) {
      await handle?.close();
      throw fileError(error, path);
    }
  }

  /**
   * Fills `target` with the bytes of the file from `position` on.
   * @throws SafetensorsError `file_changed` when the file ends before, `closed`, `file_system`; the signal's reason
   */
  async read(target: Uint8Array, position: number, signal?: AbortSignal): Promise<void> {
    let done = 0;
    while (done < target.byteLength) {
      signal?.throwIfAborted();
      const bytesRead = await this.#readSome(target, done, position + done);
      if (bytesRead === 0) {
        throw new SafetensorsError('file_changed', `ends at ${position + done}, was ${this.fileBytes} bytes long`, {
          file: this.path,
        });
      }
      done += bytesRead;
    }
  }

  async #readSome(target: Uint8Array, offset: number, position: number): Promise<number> {
    if (this.#closing !== undefined) throw new SafetensorsError('closed', 'was closed', { file: this.path });
    const length = Math.min(READ_BYTES, target.byteLength - offset);
    try {
      return (await this.#handle.read(target, offset, length, position)).bytesRead;
    } catch (error) {
      throw fileError(error, this.path);
    }
  }

  /** Waits for reads that are under way. Closing twice does nothing. */
  close(): Promise<void> {
    this.#closing ??= this.#handle.close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
