import { lstat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { DownloadError, isDownloadError, type MaybePromise, orElse, printable } from '@towline/downloader-core/spi';
import { diskError, systemCode, targetError } from '../errors.ts';
import { hostPlatform, nameProblem } from '../names.ts';

/** Where and how something is written: options of all that write to a disk. */
export interface TargetOptions {
  /** The folder to write into; it must exist. */
  readonly directory: string;
  /** The name of the file or folder that is made. Default: the one that the owner gave, if that is a safe name here. */
  readonly name?: string | undefined;
  /** Replaces a file by a file, a folder by a folder. Default false: an existing target is refused. */
  readonly overwrite?: boolean | undefined;
  /** Waits until the disk has it before the owner is told of success. Default true. */
  readonly fsync?: boolean | undefined;
}

/** The final place of a file or folder. */
export interface Target {
  /** Absolute. */
  readonly directory: string;
  /** `directory` and the name. */
  readonly path: string;
  /** Whether what is there under that name is replaced: a file by a file, a folder by a folder. */
  readonly overwrite: boolean;
}

/** Throws `invalid_argument` when an option has a value that is not allowed. */
export function checkTargetOptions({ directory, name }: TargetOptions): void {
  if (typeof directory !== 'string' || directory === '') throw invalid('directory is not a path');
  const problem = name === undefined ? undefined : nameProblem(name, hostPlatform);
  if (problem !== undefined) throw invalid(`name ${problem}`);
}

/** The place for an object that its owner calls `peerName`. Throws `unsafe_name`. */
export function targetFor({ directory, name, overwrite = false }: TargetOptions, peerName: string): Target {
  const absolute = resolve(directory);
  const problem = name === undefined ? nameProblem(peerName, hostPlatform) : undefined;
  if (problem !== undefined)
    throw diskError(
      'unsafe_name',
      `The owner’s name "${printable(peerName)}" ${problem}; give it another with the name option`,
    );
  return { directory: absolute, path: join(absolute, name ?? peerName), overwrite };
}

/**
 * Throws `target_exists` when something stands where the target will be: anything, or when overwriting something of
 * another kind. A symbolic link there is replaced itself, never followed.
 */
export async function checkFree({ path, overwrite }: Target, kind: 'file' | 'folder'): Promise<void> {
  let folderThere: boolean;
  try {
    const stats = await lstat(path);
    if (overwrite && stats.isSymbolicLink()) return;
    folderThere = stats.isDirectory();
  } catch (thrown) {
    if (systemCode(thrown) === 'ENOENT') return;
    throw thrown;
  }
  if (!overwrite) throw diskError('target_exists', `${path} exists already`);
  if (folderThere !== (kind === 'folder'))
    throw diskError(
      'target_exists',
      `${path} is a ${folderThere ? 'folder' : 'file'}, and a ${kind} does not replace it`,
    );
}

/** Runs work on the receiver's disk and turns system errors into errors of ours that name the target. */
export function onTarget<T>(path: string, work: () => MaybePromise<T>): MaybePromise<T> {
  return orElse(work, (thrown) => {
    throw isDownloadError(thrown) ? thrown : targetError(thrown, path);
  });
}

/** The name of a temporary file or folder beside the target: hidden, and not to be guessed by others. */
export function temporaryPath(directory: string): string {
  return join(directory, `.towline-${crypto.randomUUID()}.part`);
}

function invalid(message: string): DownloadError {
  return new DownloadError('invalid_argument', message);
}
