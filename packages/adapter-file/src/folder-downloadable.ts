import { resolve } from 'node:path';
import {
  type Description,
  type Downloadable,
  downloadable,
  parseCounters,
  type ProduceContext,
  type Produced,
  type ProducedError,
  type Schema,
  type Totals,
  chunkBytesOf,
} from '@towline/downloader-core/spi';
import {
  checkEntries,
  FilesReader,
  type ManifestEntry,
  producedError,
  sourceName,
  sourcesOf,
  symlinkOption,
  type SymlinkOption,
  type WalkedEntry,
  walkFolder,
} from '@towline/file-io';
import { describeFolder } from './folder-description.ts';
import { type Selection, select } from './manifest/selection.ts';
import { type FolderState, planChunk, stateIsWithin } from './manifest/spans.ts';
import { type OnlyRequest, onlyRequestSchema } from './only.ts';

/** Options of {@link FolderDownloadable.open}. */
export interface FolderSourceOptions {
  /** The size of every chunk but the last, in bytes, from 1 to 64 MiB; small files share a chunk. Default 4 MiB. */
  readonly chunkBytes?: number | undefined;
  /** The name that receivers see. Default: the last name of the path. */
  readonly name?: string | undefined;
  /**
   * `copy` (the default) keeps symbolic links as links; `refuse` refuses a folder that has any. One that leads out of the
   * folder is refused either way, and none is ever followed.
   */
  readonly symlinks?: SymlinkOption | undefined;
}

const beginning: FolderState = { entry: 0, offset: 0 };

/**
 * A folder with all that is below it, as it was when it was opened: files that are added later are no part of it. Its files
 * must not change until the transaction ends: a change ends the transfer for every receiver with `source_changed` (rule
 * I3). An item is a file. Open by {@link FolderDownloadable.open}.
 */
export class FolderDownloadable implements Downloadable<FolderState, OnlyRequest> {
  readonly [downloadable] = true as const;
  readonly kind = 'folder';
  readonly requestSchema: Schema<OnlyRequest> = onlyRequestSchema;
  readonly stateSchema: Schema<FolderState>;
  readonly maxChunkBytes: number;
  /** The absolute path. */
  readonly path: string;
  /** The name that receivers see. */
  readonly name: string;
  /** What is in the folder. */
  readonly entries: readonly ManifestEntry[];
  readonly #all: Selection;
  readonly #reader: FilesReader;
  // A request is parsed once for each download, and its selection then costs a walk over all entries.
  readonly #selections = new WeakMap<OnlyRequest, Selection>();
  #failure: ProducedError | undefined;

  private constructor(path: string, name: string, walked: readonly WalkedEntry[], chunkBytes: number) {
    this.path = path;
    this.name = name;
    this.maxChunkBytes = chunkBytes;
    this.entries = walked.map(({ entry }) => entry);
    this.#all = select(this.entries);
    this.stateSchema = { parse: (input) => parseState(input, this.#all.files, this.entries.length) };
    this.#reader = new FilesReader(sourcesOf(walked), chunkBytes);
  }

  /**
   * Lists a folder to be shared. Throws `invalid_argument`, `source_missing`, `source_unreadable` (the folder or a file in
   * it), `source_unsupported` (the path is no folder, or a device, FIFO or socket is in it), `link_refused`, or
   * `unsafe_name` (a name is not valid Unicode).
   */
  static async open(path: string, options: FolderSourceOptions = {}): Promise<FolderDownloadable> {
    const chunkBytes = chunkBytesOf(options);
    const symlinks = symlinkOption(options.symlinks);
    const absolute = resolve(path);
    const name = sourceName(options.name, absolute);
    const walked = await walkFolder(absolute, symlinks);
    const opened = new FolderDownloadable(absolute, name, walked, chunkBytes);
    checkEntries(opened.entries, 'posix');
    return opened;
  }

  describe(): Description {
    return describeFolder(this);
  }

  totals(request: OnlyRequest): Totals {
    const { files, totalBytes } = this.#selection(request);
    return { totalBytes, totalItems: files.length };
  }

  async produce(
    state: FolderState | undefined,
    { request, signal }: ProduceContext<OnlyRequest>,
  ): Promise<Produced<FolderState>> {
    if (this.#failure !== undefined) return this.#failure;
    const { files } = this.#selection(request);
    const plan = planChunk(files, state ?? beginning, this.maxChunkBytes);
    try {
      if (plan === undefined) {
        await this.#reader.check(files);
        return { status: 'eof' };
      }
      const chunk = await this.#reader.read(plan.spans, plan.bytes, signal);
      return { status: 'ok', ...chunk, state: plan.next, items: plan.filesEnded };
    } catch (thrown) {
      return (this.#failure = producedError(thrown));
    }
  }

  /**
   * Looks once more at the files of the chunk after `state`, for those who kept that chunk and hand it out again (rule I3).
   * Gives what `produce` returns from then on when one has changed, or nothing.
   */
  async check(
    state: FolderState | undefined,
    { request }: Pick<ProduceContext<OnlyRequest>, 'request'>,
  ): Promise<ProducedError | undefined> {
    const plan = planChunk(this.#selection(request).files, state ?? beginning, this.maxChunkBytes);
    try {
      if (this.#failure === undefined && plan !== undefined) await this.#reader.check(plan.spans);
    } catch (thrown) {
      this.#failure = producedError(thrown);
    }
    return this.#failure;
  }

  /** Closes the files that are open. */
  async release(): Promise<void> {
    await this.#reader.close();
  }

  #selection(request: OnlyRequest | undefined): Selection {
    if (request === undefined) return this.#all;
    const selection = this.#selections.get(request) ?? select(this.entries, request.only);
    this.#selections.set(request, selection);
    return selection;
  }
}

function parseState(input: unknown, files: Selection['files'], entries: number): FolderState {
  const state = parseCounters(input, ['entry', 'offset']);
  if (!stateIsWithin(files, entries, state)) throw new RangeError('the state does not lie within the folder');
  return state;
}
