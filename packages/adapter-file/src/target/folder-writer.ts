import { mkdir, rm, symlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { printable } from '@towline/downloader-core/spi';
import { fileError, systemCode } from '../errors.ts';
import { settableTime } from '../io/mtime.ts';
import { Pace } from '../io/pace.ts';
import { forEachAtOnce, Tasks } from '../io/tasks.ts';
import type { FileEntry, FolderEntry, LinkEntry, ManifestEntry } from '../manifest/entries.ts';
import type { Span } from '../manifest/spans.ts';
import { NewFile } from './new-file.ts';
import { publishFolder } from './publish.ts';
import { Segments } from './segments.ts';
import { syncFolder } from './sync-folder.ts';
import { type Target, temporaryPath } from './target.ts';

// The thread pool has four threads by default: waiting for the disk takes three, so that one is left for everything else.
const finishingFiles = 3;

/**
 * Makes a folder's contents in a temporary folder beside the target, and gives it the final name when all of it is there.
 * Entries have been checked: parents come first, and nothing lies below a link.
 */
export class FolderWriter {
  readonly #target: Target;
  readonly #fsync: boolean;
  /** Nobody else may enter it, so nobody can put a link where a file will be. */
  readonly #container: string;
  readonly #root: string;
  readonly #pace = new Pace();
  readonly #finishing = new Tasks(finishingFiles);
  /** Files that go on in the next chunk, by entry: never more than one, when chunks follow each other. */
  readonly #open = new Map<number, NewFile>();

  constructor(target: Target, fsync: boolean) {
    this.#target = target;
    this.#fsync = fsync;
    this.#container = temporaryPath(target.directory);
    this.#root = join(this.#container, 'content');
  }

  /** Makes the temporary folder and the folders in it. */
  async begin(entries: readonly ManifestEntry[]): Promise<void> {
    await mkdir(this.#container, { mode: 0o700 });
    await mkdir(this.#root);
    for (const { path } of foldersOf(entries)) await once(path, () => mkdir(this.#path(path)));
  }

  /** Writes the pieces of one chunk, of which `entries` is the manifest. When it settles the bytes are no longer read. */
  async write(entries: readonly ManifestEntry[], spans: readonly Span[], data: readonly Uint8Array[]): Promise<void> {
    const segments = new Segments(data);
    const pieces = spans.map((span) => ({ span, bytes: segments.take(span.length) }));
    await forEachAtOnce(pieces, ({ span, bytes }) => this.#writeSpan(entries[span.entry] as FileEntry, span, bytes));
  }

  /** Adds links and times, brings all to the disk and gives the folder its name. */
  async publish(entries: readonly ManifestEntry[]): Promise<void> {
    await this.#finishing.finish();
    for (const { path, target } of linksOf(entries)) await once(path, () => symlink(target, this.#path(path)));
    // The deepest first: what is made in a folder changes its time.
    for (const { path, mtimeMs } of foldersOf(entries).toReversed()) await this.#finishFolder(path, mtimeMs);
    if (this.#fsync) await syncFolder(this.#root);
    await publishFolder(this.#root, this.#target, join(this.#container, 'replaced'));
    if (this.#fsync) await syncFolder(this.#target.directory);
    await this.#removeContainer();
  }

  /** Removes all that was made. */
  async abandon(): Promise<void> {
    await this.#finishing.settled();
    await Promise.all(Array.from(this.#open.values(), (file) => file.close()));
    await this.#removeContainer();
  }

  async #writeSpan(entry: FileEntry, span: Span, bytes: readonly Uint8Array[]): Promise<void> {
    const file = this.#open.get(span.entry) ?? (await this.#create(span.entry, entry));
    let position = span.offset;
    for (const view of bytes) {
      await file.write(view, position);
      position += view.byteLength;
    }
    if (!span.last) return;
    this.#open.delete(span.entry);
    await this.#finishing.start(() => this.#finishFile(file, entry));
  }

  async #create(index: number, { path, executable }: FileEntry): Promise<NewFile> {
    const file = await once(path, () => NewFile.create(this.#path(path), executable, this.#pace));
    this.#open.set(index, file);
    return file;
  }

  async #finishFile(file: NewFile, { size, mtimeMs }: FileEntry): Promise<void> {
    try {
      await file.finish({ size, mtimeMs, fsync: this.#fsync });
    } finally {
      await file.close();
    }
  }

  async #finishFolder(path: string, mtimeMs: number): Promise<void> {
    await utimes(this.#path(path), Date.now() / 1000, settableTime(mtimeMs));
    if (this.#fsync) await syncFolder(this.#path(path));
  }

  async #removeContainer(): Promise<void> {
    await rm(this.#container, { recursive: true, force: true, maxRetries: 3 });
  }

  #path(path: string): string {
    return join(this.#root, path);
  }
}

/** In a folder of our own, a name that is taken is one that this disk cannot tell from another of the list. */
async function once<T>(path: string, make: () => Promise<T>): Promise<T> {
  try {
    return await make();
  } catch (thrown) {
    if (systemCode(thrown) !== 'EEXIST') throw thrown;
    throw fileError('unsafe_name', `On this disk the name "${printable(path)}" clashes with another`, thrown);
  }
}

function foldersOf(entries: readonly ManifestEntry[]): FolderEntry[] {
  return entries.filter((entry) => entry.type === 'folder');
}

function linksOf(entries: readonly ManifestEntry[]): LinkEntry[] {
  return entries.filter((entry) => entry.type === 'link');
}
