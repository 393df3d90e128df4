import { statfs } from 'node:fs/promises';
import { diskError } from '../errors.ts';

/** What a file system has left for this user. */
export interface FreeSpace {
  readonly bytes: number;
  /** How many files and folders can still be made; nothing where there is no such limit. */
  readonly files: number | undefined;
}

/** What is missing for so many bytes in so many files and folders, for people, or nothing. */
export function spaceProblem(free: FreeSpace, bytes: number, files: number): string | undefined {
  if (bytes > free.bytes) return `${bytes} bytes are needed and ${free.bytes} are free`;
  if (free.files !== undefined && files > free.files)
    return `${files} files and folders are to be made and there is room for ${free.files}`;
  return undefined;
}

/**
 * Throws `no_space` when the disk of a folder has not enough room. Only a look ahead, nothing is reserved: a disk that
 * fills up meanwhile is found when it is written to.
 */
export async function checkSpace(directory: string, bytes: number, files: number): Promise<void> {
  const { bavail, blocks, bsize, ffree, files: allFiles } = await statfs(directory);
  // Some virtual file systems say zero for all: they do not know.
  if (blocks === 0) return;
  const problem = spaceProblem({ bytes: bavail * bsize, files: allFiles === 0 ? undefined : ffree }, bytes, files);
  if (problem !== undefined) throw diskError('no_space', `${directory} has not enough room: ${problem}`);
}
