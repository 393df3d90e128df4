import { constants } from 'node:fs';
import { mkdir, rm, symlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { printable } from '@towline/downloader-core/spi';
import { diskError, systemCode } from '../errors.ts';
import { FileCache } from '../io/file-cache.ts';
import { settableTime } from '../io/mtime.ts';
import { OpenFile } from '../io/open-file.ts';
import { Pace } from '../io/pace.ts';
import { Tasks } from '../io/tasks.ts';
import { createFile, finishFile, writeSparse } from './new-file.ts';
import { publishFolder } from './publish.ts';
import { syncFolder } from './sync-folder.ts';
import { type Target, temporaryPath } from './target.ts';

/** A file that is to be made. */
export interface TreeFile {
  /** Below the root, `/` between names. */
  readonly path: string;
  /** In bytes. The file is finished with the last of them. */
  readonly size: number;
  /** Made with mode 0777 instead of 0666, less what the process's umask takes away. */
  readonly executable: boolean;
  /** Absent: the time at which it was written. */
  readonly mtimeMs?: number | undefined;
}

/** A folder that is to be made; those that it is in come first. */
export interface TreeFolder {
  /** Below the root, `/` between names. */
  readonly path: string;
  /** Modification time in milliseconds since 1970. Absent: the time at which it was written. */
  readonly mtimeMs?: number | undefined;
}

/** A symbolic link that is to be made. */
export interface TreeLink {
  /** Below the root, `/` between names. */
  readonly path: string;
  /** What the link says, as it stands: whoever calls has made sure that it stays inside. */
  readonly target: string;
}

/** What is made besides files. */
export interface TreeParts {
  /** Each behind the one that it is in. */
  readonly folders: readonly TreeFolder[];
  /** Made behind all files, so that nothing is written through one. */
  readonly links: readonly TreeLink[];
}

/** A tree that is complete and on the disk, under a temporary name. */
export interface FinishedTree {
  /** The folder that all is in. */
  readonly root: string;
  /** A name beside it for what is moved out of the way. */
  readonly replaced: string;
  /** Where it belongs. */
  readonly target: Target;
}

interface Progress {
  readonly file: TreeFile;
  left: number;
  /** The end of what was written, without zeros that were left out. */
  length: number;
  made: boolean;
}

// The thread pool has four threads by default: waiting for the disk takes three, so that one is left for everything else.
const finishingFiles = 3;
const { O_WRONLY, O_NOFOLLOW = 0 } = constants as Partial<typeof constants> & { O_WRONLY: number };

/**
 * Makes files, folders and links in a temporary folder, and gives them their final place when all of it is there. Their
 * paths have been checked: nothing leads out, and nothing lies below a link. Few files are open at a time, however many are
 * begun.
 */
export class TreeWriter {
  readonly #target: Target;
  readonly #fsync: boolean;
  /** Nobody else may enter it, so nobody can put a link where a file will be. */
  readonly #container: string;
  readonly #root: string;
  readonly #pace = new Pace();
  readonly #finishing = new Tasks(finishingFiles);
  readonly #progress = new Map<number, Progress>();
  readonly #open = new FileCache<number>();

  /** `beside`: the folder in which the temporary one is made. Default: the one that the target will be in. */
  constructor(target: Target, fsync: boolean, beside: string = target.directory) {
    this.#target = target;
    this.#fsync = fsync;
    this.#container = temporaryPath(beside);
    this.#root = join(this.#container, 'content');
  }

  /** Makes the temporary folder and the folders in it. */
  async begin(folders: readonly TreeFolder[]): Promise<void> {
    await mkdir(this.#container, { mode: 0o700 });
    await mkdir(this.#root);
    for (const { path } of folders) await once(path, () => mkdir(this.#path(path)));
  }

  /**
   * Writes bytes of a file, which is called by a key, at a position. The file is finished with its last byte, whatever the
   * order; an empty one by a write of nothing. When this settles the bytes are no longer read.
   */
  async write(key: number, file: TreeFile, position: number, data: readonly Uint8Array[]): Promise<void> {
    const progress = this.#progress.get(key) ?? { file, left: file.size, length: 0, made: false };
    this.#progress.set(key, progress);
    await this.#use(key, progress, (opened) => writeAll(opened, progress, position, data));
    // Of calls for one file at the same time, one finishes it.
    if (progress.left > 0 || this.#progress.get(key) !== progress) return;
    this.#progress.delete(key);
    await this.#finishing.start(() => this.#finishFile(key, progress));
  }

  /** Adds links and times, brings all to the disk and has it put in its place: by default a new folder with the name of the target. */
  async publish(
    { folders, links }: TreeParts,
    place: (tree: FinishedTree) => Promise<void> = placeFolder,
  ): Promise<void> {
    await this.#finishing.finish();
    for (const { path, target } of links) await once(path, () => symlink(target, this.#path(path)));
    // The deepest first: what is made in a folder changes its time.
    for (const folder of folders.toReversed()) await this.#finishFolder(folder);
    if (this.#fsync) await syncFolder(this.#root);
    await place({ root: this.#root, replaced: join(this.#container, 'replaced'), target: this.#target });
    if (this.#fsync) await syncFolder(this.#target.directory);
    await this.#removeContainer();
  }

  /** Removes all that was made. */
  async abandon(): Promise<void> {
    await this.#finishing.settled();
    await this.#open.clear();
    await this.#removeContainer();
  }

  #use<T>(key: number, progress: Progress, work: (file: OpenFile) => Promise<T>): Promise<T> {
    return this.#open.use(key, () => this.#openFile(progress), work);
  }

  async #openFile(progress: Progress): Promise<OpenFile> {
    const { path, executable } = progress.file;
    if (progress.made) return OpenFile.open(this.#path(path), O_WRONLY | O_NOFOLLOW, this.#pace);
    progress.made = true;
    return once(path, () => createFile(this.#path(path), executable, this.#pace));
  }

  async #finishFile(key: number, progress: Progress): Promise<void> {
    const { size, mtimeMs } = progress.file;
    try {
      await this.#use(key, progress, (file) =>
        finishFile(file, progress.length, { size, mtimeMs, fsync: this.#fsync }),
      );
    } finally {
      await this.#open.close(key);
    }
  }

  async #finishFolder({ path, mtimeMs }: TreeFolder): Promise<void> {
    if (mtimeMs !== undefined) await utimes(this.#path(path), Date.now() / 1000, settableTime(mtimeMs));
    if (this.#fsync) await syncFolder(this.#path(path));
  }

  async #removeContainer(): Promise<void> {
    await rm(this.#container, { recursive: true, force: true, maxRetries: 3 });
  }

  #path(path: string): string {
    return join(this.#root, path);
  }
}

function placeFolder({ root, target, replaced }: FinishedTree): Promise<void> {
  return publishFolder(root, target, replaced);
}

async function writeAll(
  file: OpenFile,
  progress: Progress,
  position: number,
  data: readonly Uint8Array[],
): Promise<void> {
  let at = position;
  for (const bytes of data) {
    progress.length = Math.max(progress.length, await writeSparse(file, bytes, at));
    at += bytes.byteLength;
    progress.left -= bytes.byteLength;
  }
}

/** In a folder of our own, a name that is taken is one that this disk cannot tell from another of the list. */
async function once<T>(path: string, make: () => Promise<T>): Promise<T> {
  try {
    return await make();
  } catch (thrown) {
    if (systemCode(thrown) !== 'EEXIST') throw thrown;
    throw diskError('unsafe_name', `On this disk the name "${printable(path)}" clashes with another`, thrown);
  }
}
