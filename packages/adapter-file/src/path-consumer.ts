import {
  type ConsumeContext,
  type Consumer,
  consumer,
  type Description,
  type DownloadError,
  isPlainObject,
  type Schema,
  type StartResult,
  type State,
} from '@towline/downloader-core/spi';
import { wrongKind } from './errors.ts';
import { FileConsumer, type FileConsumerOptions, type FileResult } from './file-consumer.ts';
import { FolderConsumer, type FolderConsumerOptions, type FolderResult } from './folder-consumer.ts';

/** Options of {@link PathConsumer}: `digest` is for files, `maxManifestBytes` for folders. */
export interface PathConsumerOptions extends FileConsumerOptions, FolderConsumerOptions {}

/** Writes a file or a folder, whichever the owner shares. Like {@link FileConsumer} and {@link FolderConsumer}. */
export class PathConsumer implements Consumer<FileResult | FolderResult> {
  readonly [consumer] = true as const;
  readonly maxDescriptionBytes: number;
  readonly stateSchema: Schema<State>;
  readonly #file: FileConsumer;
  readonly #folder: FolderConsumer;
  #chosen: Consumer<FileResult | FolderResult> | undefined;

  /** Throws `invalid_argument`. */
  constructor(options: PathConsumerOptions) {
    this.#file = new FileConsumer(options);
    this.#folder = new FolderConsumer(options);
    this.maxDescriptionBytes = this.#folder.maxDescriptionBytes;
    this.stateSchema = { parse: (input) => this.#parseState(input) };
  }

  async start(description: Description, context: ConsumeContext): Promise<StartResult | undefined | void> {
    this.#chosen = this.#consumerFor(description.kind);
    return this.#chosen.start?.(description, context);
  }

  async consume(data: readonly Uint8Array[], state: State, context: ConsumeContext): Promise<void> {
    await this.#chosen?.consume(data, state, context);
  }

  async downloadCompleted(context: ConsumeContext): Promise<FileResult | FolderResult> {
    if (this.#chosen === undefined) throw wrongKind('The object was not described');
    return this.#chosen.downloadCompleted(context);
  }

  async downloadFailed(error: DownloadError): Promise<void> {
    await this.#chosen?.downloadFailed(error);
  }

  #consumerFor(kind: string | undefined): Consumer<FileResult | FolderResult> {
    if (kind === 'file') return this.#file;
    if (kind === 'folder') return this.#folder;
    throw wrongKind('The object is neither a file nor a folder');
  }

  #parseState(input: unknown): State {
    if (this.#chosen?.stateSchema !== undefined) return this.#chosen.stateSchema.parse(input);
    if (!isPlainObject(input)) throw new TypeError('the state is not a plain object');
    return input;
  }
}
