import { lstat, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { diskError, type FinishedTree, syncFolder, systemCode } from '@towline/file-io';
import type { Output } from './output.ts';

const indexSuffix = '.safetensors.index.json';

/**
 * Checks that the files of a checkpoint could replace what is in a folder: a file by a file, and nothing through a link that
 * stands where a folder has to be. Throws `target_exists`.
 */
export async function checkReplaceable(folder: string, { files, folders, links }: Output): Promise<void> {
  for (const { path } of folders) await expectKind(join(folder, path), 'folder');
  for (const { path } of [...files, ...links]) await expectKind(join(folder, path), 'file');
}

/**
 * Moves a finished tree into a folder that exists, over what has the same names. Several renames cannot be one, so the old
 * index goes first and the new one comes last: in between there is no checkpoint there, rather than one of two halves. What
 * the new one does not have stays.
 */
export async function replaceInFolder({ root, target: { path: folder } }: FinishedTree, output: Output): Promise<void> {
  for (const name of await readdir(folder)) if (name.endsWith(indexSuffix)) await rm(join(folder, name));
  await syncFolder(folder);
  for (const { path } of output.folders) await mkdir(join(folder, path), { recursive: true });
  // The index is the last of the files.
  for (const { path } of [...output.links, ...output.files]) await rename(join(root, path), join(folder, path));
  for (const { path } of output.folders.toReversed()) await syncFolder(join(folder, path));
  await syncFolder(folder);
}

async function expectKind(path: string, kind: 'file' | 'folder'): Promise<void> {
  try {
    const status = await lstat(path);
    if (status.isDirectory() === (kind === 'folder')) return;
    throw diskError('target_exists', `${path} is there already and is no ${kind}`);
  } catch (thrown) {
    if (systemCode(thrown) !== 'ENOENT') throw thrown;
  }
}
