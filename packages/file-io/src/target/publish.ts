import { link, mkdir, rename, rmdir, unlink } from 'node:fs/promises';
import { diskError, systemCode } from '../errors.ts';
import { checkFree, type Target } from './target.ts';

/** Gives a complete file its final name, in one step. Throws `target_exists` when something has taken the name meanwhile. */
export async function publishFile(temporary: string, target: Target): Promise<void> {
  if (target.overwrite) return rename(temporary, target.path);
  try {
    // Renaming would replace what is there; a second name for the file is refused instead.
    await link(temporary, target.path);
  } catch (thrown) {
    if (systemCode(thrown) === 'EEXIST') throw exists(target, thrown);
    if (!hasNoLinks(thrown)) throw thrown;
    await checkFree(target, 'file');
    return rename(temporary, target.path);
  }
  return unlink(temporary);
}

/**
 * Gives a complete folder its final name, in one step. What is to be replaced is moved to `replaced` first, and back when
 * that step fails. Throws `target_exists` when something has taken the name meanwhile.
 */
export async function publishFolder(temporary: string, target: Target, replaced: string): Promise<void> {
  if (!target.overwrite || !(await moveIfThere(target.path, replaced))) return claimFolder(temporary, target);
  try {
    await rename(temporary, target.path);
  } catch (thrown) {
    await rename(replaced, target.path);
    throw thrown;
  }
}

// POSIX lets a folder replace an empty one: making that one ourselves proves that the name was free. Windows refuses any.
async function claimFolder(temporary: string, target: Target): Promise<void> {
  if (process.platform === 'win32') {
    await checkFree({ ...target, overwrite: false }, 'folder');
    return rename(temporary, target.path);
  }
  try {
    await mkdir(target.path);
  } catch (thrown) {
    throw systemCode(thrown) === 'EEXIST' ? exists(target, thrown) : thrown;
  }
  try {
    await rename(temporary, target.path);
  } catch (thrown) {
    // Fails, and should, when somebody has put something into it.
    await rmdir(target.path).catch(() => {});
    throw thrown;
  }
}

async function moveIfThere(path: string, to: string): Promise<boolean> {
  try {
    await rename(path, to);
    return true;
  } catch (thrown) {
    if (systemCode(thrown) === 'ENOENT') return false;
    throw thrown;
  }
}

/** FAT and some network file systems know no second name for a file. */
function hasNoLinks(thrown: unknown): boolean {
  return ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(systemCode(thrown) ?? '');
}

function exists({ path }: Target, cause: unknown): Error {
  return diskError('target_exists', `${path} was made by somebody else meanwhile`, cause);
}
