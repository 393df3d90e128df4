import { resolve } from 'node:path';
import { openSourceFile, sourceName } from '@towline/file-io';
import { chunkBytesOf } from '@towline/downloader-core/spi';
import { asArrowError } from '../errors.ts';
import { type ArrowCatalogue, readCatalogue } from '../transfer/catalogue.ts';
import {
  type ArrowSourceOptions,
  checkSourceOptions,
  PositionedDownloadable,
} from '../transfer/positioned-downloadable.ts';
import { FileBytes } from './file-bytes.ts';

/** Options of {@link ArrowFileDownloadable.open}. */
export interface ArrowFileSourceOptions extends ArrowSourceOptions {
  /** The name that receivers see. Default: the last name of the path. */
  readonly name?: string | undefined;
}

/**
 * An IPC file or stream on disk, also Feather V2. Its framing, and of a file its footer, are read and checked when it is opened, its
 * bodies when receivers ask for them. It must not change until the transaction ends: a change ends the transfer for every
 * receiver with `source_changed` (rule I3).
 */
export class ArrowFileDownloadable extends PositionedDownloadable {
  readonly #bytes: FileBytes;

  private constructor(bytes: FileBytes, catalogue: ArrowCatalogue, name: string, options: ArrowFileSourceOptions) {
    super(bytes, catalogue, name, options);
    this.#bytes = bytes;
  }

  /**
   * Opens a file. A symbolic link is followed. Throws `invalid_argument`, `bad_arrow` with the byte, `source_missing`,
   * `source_unreadable`, `source_unsupported` or `unsafe_name`.
   */
  static async open(path: string, options: ArrowFileSourceOptions = {}): Promise<ArrowFileDownloadable> {
    checkSourceOptions(options);
    const absolute = resolve(path);
    const name = sourceName(options.name, absolute);
    const bytes = new FileBytes(await openSourceFile(absolute), chunkBytesOf(options));
    try {
      return new ArrowFileDownloadable(bytes, await readCatalogue(bytes), name, options);
    } catch (thrown) {
      await bytes.close();
      throw asArrowError(thrown, 'bad_arrow', absolute);
    }
  }

  /** Bytes that were read from the file so far: of a part, little more than what of it travels. */
  get bytesRead(): number {
    return this.#bytes.bytesRead;
  }
}
