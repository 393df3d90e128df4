import { type BigIntStats, constants, fstatSync, lstatSync, statSync } from 'node:fs';
import { type FileHandle, lstat, open, stat } from 'node:fs/promises';
import { DownloadError, isDownloadError, printable, type ProducedError } from '@towline/downloader-core/spi';
import { sourceError, systemCode } from '../errors.ts';
import type { Pace } from '../io/pace.ts';
import { readAt } from '../io/read-at.ts';
import { changeBetween, type FileIdentity, identityOf } from './identity.ts';

/** A file that is shared, as it was when the object was opened. */
export interface SourceFile {
  /** Absolute. */
  readonly path: string;
  /** How receivers may know it: without the folders that lead to it. */
  readonly label: string;
  readonly identity: FileIdentity;
  /** The path itself may be a symbolic link that is followed. */
  readonly followsLink: boolean;
}

// Without O_NONBLOCK the opening of a FIFO that took the file's place would wait for a writer. Windows has neither flag.
const { O_RDONLY, O_NONBLOCK = 0, O_NOFOLLOW = 0 } = constants as Partial<typeof constants> & { O_RDONLY: number };

/** Opens a file for reading, never a link in its place and never waiting for a FIFO. */
export function openSource(path: string, followsLink: boolean): Promise<FileHandle> {
  return open(path, O_RDONLY | O_NONBLOCK | (followsLink ? 0 : O_NOFOLLOW));
}

/** Opens a shared file and makes sure that it is the one that was seen. Throws `source_changed`. */
export async function reopenSource(source: SourceFile): Promise<FileHandle> {
  let handle: FileHandle;
  try {
    handle = await openSource(source.path, source.followsLink);
  } catch (thrown) {
    await checkSource(source);
    throw sourceError(thrown, source.path);
  }
  try {
    checkOpen(source, handle);
    return handle;
  } catch (thrown) {
    await handle.close();
    throw thrown;
  }
}

/**
 * Fills `buffer` from a shared file, then checks by its handle and by its path that it is unchanged (rule I3). Throws
 * `source_changed`; what is in the buffer is then worth nothing.
 */
export async function readSource(
  source: SourceFile,
  handle: FileHandle,
  buffer: Uint8Array,
  position: number,
  pace: Pace,
): Promise<void> {
  const filled = await readAt(handle, buffer, position, pace);
  // The path first: that a file was deleted says more than that its attributes changed thereby.
  checkPath(source);
  checkOpen(source, handle);
  if (filled < buffer.byteLength) throw changed(source, 'was truncated');
}

/** Looks at the file that the path names now, on the thread pool. Throws `source_changed`. */
export async function checkSource(source: SourceFile): Promise<void> {
  try {
    check(source, await (source.followsLink ? stat : lstat)(source.path, { bigint: true }));
  } catch (thrown) {
    throw lookError(thrown, source);
  }
}

/** An error of ours as what `produce` returns, so that it ends the transfer; anything else is thrown on (rule S6). */
export function producedError(thrown: unknown): ProducedError {
  if (!isDownloadError(thrown) || thrown.code !== 'source_changed') throw thrown;
  return { status: 'error', code: thrown.code, reason: thrown.message };
}

/** The error that ends a transfer whose source changed: `what` happened to it. */
function changed({ label }: SourceFile, what: string): DownloadError {
  return new DownloadError('source_changed', `${printable(label)} ${what} while it was shared`, { side: 'local' });
}

function checkOpen(source: SourceFile, handle: FileHandle): void {
  // The inode was used just now, so this is a look into memory: 3 µs.
  check(source, fstatSync(handle.fd, { bigint: true }));
}

function check(source: SourceFile, stats: BigIntStats): void {
  const change = stats.isFile() ? changeBetween(source.identity, identityOf(stats)) : 'was replaced by something else';
  if (change !== undefined) throw changed(source, change);
}

// As in checkOpen: the names on the way were used just now.
function checkPath(source: SourceFile): void {
  try {
    check(source, (source.followsLink ? statSync : lstatSync)(source.path, { bigint: true }));
  } catch (thrown) {
    throw lookError(thrown, source);
  }
}

function lookError(thrown: unknown, source: SourceFile): unknown {
  if (isDownloadError(thrown)) return thrown;
  const gone = ['ENOENT', 'ENOTDIR', 'ELOOP'].includes(systemCode(thrown) ?? '');
  return gone ? changed(source, 'was deleted or renamed') : sourceError(thrown, source.path);
}
