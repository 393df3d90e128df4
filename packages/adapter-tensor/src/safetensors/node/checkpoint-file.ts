import { basename } from 'node:path';
import { LENGTH_BYTES, readHeaderLength } from '../header-length.ts';
import { parseHeader } from '../parse-header.ts';
import type { Header } from '../tensor.ts';
import { InputFile } from './input-file.ts';
import { fileError } from './system-errors.ts';

/** One safetensors file, open: its header is in memory, its data is read when asked for. */
export class CheckpointFile implements AsyncDisposable {
  /** The name without folders, as an index calls it. */
  readonly name: string;
  /** As it was given to `open`. */
  readonly path: string;
  /** Bytes of the file when it was opened; other ones later are the error `file_changed`. */
  readonly fileBytes: number;
  /** What it holds. Checked against `fileBytes`. */
  readonly header: Header;
  readonly #input: InputFile;

  private constructor(input: InputFile, header: Header) {
    this.name = basename(input.path);
    this.path = input.path;
    this.fileBytes = input.fileBytes;
    this.header = header;
    this.#input = input;
  }

  /**
   * Opens a file and checks its header; reads no data.
   * @throws SafetensorsError as {@link parseHeader} does, `not_found`, `not_a_checkpoint`, `file_system`; the signal's reason
   */
  static async open(path: string, signal?: AbortSignal): Promise<CheckpointFile> {
    const input = await InputFile.open(path);
    try {
      return new CheckpointFile(input, await readHeader(input, signal));
    } catch (error) {
      await input.close();
      throw fileError(error, path);
    }
  }

  /**
   * Fills `target` with bytes of the file, from `position` on, counted from the file's first byte.
   * @throws SafetensorsError `file_changed`, `closed`, `file_system`; the signal's reason
   */
  read(target: Uint8Array, position: number, signal?: AbortSignal): Promise<void> {
    return this.#input.read(target, position, signal);
  }

  /** Closes the file: what is read afterwards throws `closed`. Closing twice does no harm. */
  close(): Promise<void> {
    return this.#input.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

async function readHeader(input: InputFile, signal: AbortSignal | undefined): Promise<Header> {
  const { fileBytes } = input;
  const length = new Uint8Array(Math.min(LENGTH_BYTES, fileBytes));
  await input.read(length, 0, signal);
  const start = new Uint8Array(LENGTH_BYTES + readHeaderLength(length, fileBytes));
  await input.read(start, 0, signal);
  return parseHeader(start, { fileBytes });
}
