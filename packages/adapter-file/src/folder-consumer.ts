import {
  type Consumer,
  consumer,
  type Description,
  DownloadError,
  parseCounters,
  type Schema,
  type StartResult,
  Turns,
} from '@towline/downloader-core/spi';
import {
  checkFree,
  checkSpace,
  type FolderEntry,
  hostPlatform,
  type LinkEntry,
  onTarget,
  type Target,
  targetFor,
  type TreeParts,
  TreeWriter,
} from '@towline/file-io';
import { type FolderDescription, readFolderDescription } from './folder-description.ts';
import { type Selection, select } from './manifest/selection.ts';
import { type FolderState, spansBetween, stateIsWithin } from './manifest/spans.ts';
import { checkTargetOptions, type TargetOptions } from './target/options.ts';
import { totalLength } from './target/segments.ts';
import { writeSpans } from './target/write-spans.ts';

/** Options of {@link FolderConsumer}. */
export interface FolderConsumerOptions extends TargetOptions {
  /** The longest list of a folder's contents that is taken, in bytes; about 100 for each file. Default 16 MiB. */
  readonly maxManifestBytes?: number | undefined;
}

/** What receiving a folder gives. */
export interface FolderResult {
  readonly kind: 'folder';
  /** The folder, absolute. */
  readonly path: string;
  /** False when nothing was written, because nothing in the folder matched `only`. */
  readonly written: boolean;
  /** The sum of the files' sizes. */
  readonly bytes: number;
  /** How many files were written. */
  readonly files: number;
  /** Below the folder itself. */
  readonly folders: number;
  /** How many symbolic links were made. */
  readonly links: number;
}

/** A folder that is on its way. */
interface Arrival {
  readonly target: Target;
  readonly description: FolderDescription;
  readonly selection: Selection;
  /** Nothing when nothing in the folder is wanted. */
  readonly writer: TreeWriter | undefined;
}

const defaultMaxManifestBytes = 16 * 1024 * 1024;

/**
 * Writes one folder with all that is in it, into a folder. Everything goes to a hidden temporary folder there, which gets
 * the final name in one step when it is complete and on the disk; a failed download removes it. The owner's list is
 * checked as a whole before anything is made. One consumer serves one download. Fails with codes of `fileErrorCodes`.
 */
export class FolderConsumer implements Consumer<FolderResult, FolderState> {
  readonly [consumer] = true as const;
  readonly maxDescriptionBytes: number;
  readonly stateSchema: Schema<FolderState> = { parse: (input) => parseCounters(input, ['entry', 'offset']) };
  readonly #options: FolderConsumerOptions;
  readonly #turns = new Turns();
  #arrival: Arrival | undefined;
  #state: FolderState = { entry: 0, offset: 0 };
  #filesEnded = 0;

  /** Throws `invalid_argument`. */
  constructor(options: FolderConsumerOptions) {
    checkTargetOptions(options);
    const { maxManifestBytes = defaultMaxManifestBytes } = options;
    if (!Number.isSafeInteger(maxManifestBytes) || maxManifestBytes <= 0)
      throw new DownloadError('invalid_argument', 'maxManifestBytes is not a positive whole number');
    this.#options = options;
    this.maxDescriptionBytes = maxManifestBytes;
  }

  start(description: Description): Promise<StartResult<FolderState> | undefined> {
    return this.#turns.run(() => this.#start(readFolderDescription(description, hostPlatform)));
  }

  consume(data: readonly Uint8Array[], state: FolderState): Promise<void> {
    return this.#turns.run(() => this.#consume(data, state));
  }

  downloadCompleted(): Promise<FolderResult> {
    return this.#turns.run(() => this.#complete());
  }

  async downloadFailed(): Promise<void> {
    await this.#turns.settled();
    await this.#arrival?.writer?.abandon();
  }

  async #start(description: FolderDescription): Promise<StartResult<FolderState> | undefined> {
    const { only, fsync = true } = this.#options;
    if (this.#arrival !== undefined)
      throw new DownloadError('invalid_argument', 'a FolderConsumer serves one download');
    const target = targetFor(this.#options, description.name);
    const selection = select(description.entries, only);
    const wanted = only === undefined || selection.entries.length > 0;
    const writer = wanted ? new TreeWriter(target, fsync) : undefined;
    if (writer !== undefined) await onTarget(target.path, () => this.#prepare(target, selection));
    this.#arrival = { target, description, selection, writer };
    await onTarget(target.path, async () => writer?.begin(partsOf(selection).folders));
    const isPart = only !== undefined && selection.entries.length < description.entries.length;
    return isPart ? { request: { only } } : undefined;
  }

  async #prepare(target: Target, { entries, totalBytes }: Selection): Promise<void> {
    await checkFree(target, 'folder');
    await checkSpace(target.directory, totalBytes, entries.length);
  }

  async #consume(data: readonly Uint8Array[], state: FolderState): Promise<void> {
    const { target, description, selection, writer } = this.#started();
    const { entries } = description;
    const bytes = totalLength(data);
    const fits = stateIsWithin(selection.files, entries.length, state);
    const spans = fits ? spansBetween(selection.files, this.#state, state, bytes) : undefined;
    if (spans === undefined) throw protocolError(`no chunk of ${bytes} bytes leads to ${state.entry}, ${state.offset}`);
    await onTarget(target.path, async () => writer && writeSpans(writer, entries, spans, data));
    this.#filesEnded += spans.filter(({ last }) => last).length;
    this.#state = state;
  }

  async #complete(): Promise<FolderResult> {
    const { target, selection, writer } = this.#started();
    const files = selection.files.length;
    if (this.#filesEnded !== files) throw protocolError(`it ends after ${this.#filesEnded} of ${files} files`);
    if (writer !== undefined) await onTarget(target.path, () => writer.publish(partsOf(selection)));
    return resultOf(target.path, selection, writer !== undefined);
  }

  #started(): Arrival {
    if (this.#arrival === undefined) throw protocolError('bytes came before the list');
    return this.#arrival;
  }
}

function partsOf({ entries }: Selection): TreeParts {
  return {
    folders: entries.filter((entry): entry is FolderEntry => entry.type === 'folder'),
    links: entries.filter((entry): entry is LinkEntry => entry.type === 'link'),
  };
}

function resultOf(path: string, { entries, files, totalBytes }: Selection, written: boolean): FolderResult {
  const count = (type: 'folder' | 'link'): number => entries.filter((entry) => entry.type === type).length;
  const counts = { files: files.length, folders: count('folder'), links: count('link') };
  return { kind: 'folder', path, written, bytes: totalBytes, ...counts };
}

function protocolError(problem: string): DownloadError {
  return new DownloadError('protocol', `The owner’s folder does not fit its list: ${problem}`, { side: 'remote' });
}
