import { type BigIntStats, constants, lstatSync, statSync } from 'node:fs';
import { lstat, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import {
  andThen,
  DownloadError,
  isDownloadError,
  type MaybePromise,
  orElse,
  printable,
  type ProducedError,
  returnedError,
} from '@towline/downloader-core/spi';
import { diskError, sourceError, systemCode } from '../errors.ts';
import { OpenFile } from '../io/open-file.ts';
import { Pace } from '../io/pace.ts';
import { changeBetween, type FileIdentity, identityOf } from './identity.ts';

/** A file that is shared, as it was when the object was opened. */
export interface SourceFile {
  /** Absolute. */
  readonly path: string;
  /** How receivers may know it: without the folders that lead to it. */
  readonly label: string;
  /** What it was then. Another identity later is the error `source_changed`. */
  readonly identity: FileIdentity;
  /** The path itself may be a symbolic link that is followed. */
  readonly followsLink: boolean;
}

// Without O_NONBLOCK the opening of a FIFO that took the file's place would wait for a writer. Windows has neither flag.
const { O_RDONLY, O_NONBLOCK = 0, O_NOFOLLOW = 0 } = constants as Partial<typeof constants> & { O_RDONLY: number };

/** Opens a file for reading, never a link in its place unless told, and never waiting for a FIFO. */
export function openSource(path: string, followsLink: boolean, pace: Pace): Promise<OpenFile> {
  return OpenFile.open(path, O_RDONLY | O_NONBLOCK | (followsLink ? 0 : O_NOFOLLOW), pace);
}

/** A file that is open to be shared. */
export interface OpenedSource {
  /** What was seen of the file when it was opened, to compare with later. */
  readonly source: SourceFile;
  /** Open for reading. Belongs to the caller, who closes it. */
  readonly file: OpenFile;
  /** The file's status, taken from the open file. */
  readonly stats: BigIntStats;
  /** Which thread calls for this file run on; to be used for further ones. */
  readonly pace: Pace;
}

/**
 * Opens a file to be shared; a symbolic link is followed. `path` is absolute. Throws `source_missing`,
 * `source_unreadable` or `source_unsupported` (no regular file).
 */
export async function openSourceFile(path: string): Promise<OpenedSource> {
  const pace = new Pace();
  let file: OpenFile | undefined;
  try {
    // Looked at before it is opened: opening a device can have effects.
    expectRegular(await stat(path, { bigint: true }), path);
    file = await openSource(path, true, pace);
    const stats = file.stats();
    expectRegular(stats, path);
    const source = { path, label: basename(path), identity: identityOf(stats), followsLink: true };
    return { source, file, stats, pace };
  } catch (thrown) {
    await file?.close();
    throw isDownloadError(thrown) ? thrown : sourceError(thrown, path);
  }
}

function expectRegular(stats: BigIntStats, path: string): void {
  if (!stats.isFile()) throw diskError('source_unsupported', `${path} is no regular file`);
}

/** Opens a shared file and makes sure that it is the one that was seen. Throws `source_changed`. */
export async function reopenSource(source: SourceFile, pace: Pace): Promise<OpenFile> {
  let file: OpenFile;
  try {
    file = await openSource(source.path, source.followsLink, pace);
  } catch (thrown) {
    await checkSource(source, pace);
    throw sourceError(thrown, source.path);
  }
  try {
    check(source, file.stats());
    return file;
  } catch (thrown) {
    await file.close();
    throw thrown;
  }
}

/**
 * Fills `buffer` from a shared file, then checks by its path and by the open file that it is unchanged (rule I3). Fails
 * with `source_changed`; what is in the buffer is then worth nothing.
 */
export function readSource(
  source: SourceFile,
  file: OpenFile,
  buffer: Uint8Array,
  position: number,
  pace: Pace,
): MaybePromise<void> {
  return andThen(file.read(buffer, position), (filled) => {
    // The path first: that a file was deleted says more than that its attributes changed thereby.
    return andThen(checkSource(source, pace), () => {
      check(source, file.stats());
      if (filled < buffer.byteLength) throw changed(source, 'was truncated');
    });
  });
}

/** Looks at the file that the path names now. Fails with `source_changed`. */
export function checkSource(source: SourceFile, pace: Pace): MaybePromise<void> {
  const { path, followsLink } = source;
  const gone = (thrown: unknown): never => {
    const isGone = ['ENOENT', 'ENOTDIR', 'ELOOP'].includes(systemCode(thrown) ?? '');
    throw isGone ? changed(source, 'was deleted or renamed') : sourceError(thrown, path);
  };
  const look = (): MaybePromise<BigIntStats> =>
    pace.run(
      () => (followsLink ? statSync : lstatSync)(path, { bigint: true }),
      () => (followsLink ? stat : lstat)(path, { bigint: true }),
    );
  return andThen(orElse(look, gone), (stats) => check(source, stats));
}

/** An error of ours as what `produce` returns, so that it ends the transfer; anything else is thrown on (rule S6). */
export function producedError(thrown: unknown): ProducedError {
  return returnedError(thrown, ({ code }) => code === 'source_changed');
}

function check(source: SourceFile, stats: BigIntStats): void {
  const change = stats.isFile() ? changeBetween(source.identity, identityOf(stats)) : 'was replaced by something else';
  if (change !== undefined) throw changed(source, change);
}

function changed({ label }: SourceFile, what: string): DownloadError {
  return new DownloadError('source_changed', `${printable(label)} ${what} while it was shared`, { side: 'local' });
}
