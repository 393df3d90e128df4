import { stat } from 'node:fs/promises';
import { reasonOf } from '@towline/downloader-core/spi';
import type { ShareAs } from '../arguments/share-options.ts';
import { CommandError, usageError } from '../command-error.ts';
import { fileKind } from './file.ts';
import { folderKind } from './folder.ts';
import type { ObjectKind } from './kind.ts';

/** Every kind, by the name that the index uses. A new adapter adds a row. */
const kinds: ReadonlyMap<string, ObjectKind> = new Map([fileKind, folderKind].map((kind) => [kind.kind, kind]));

/** The kind that an index names, or nothing when this version does not know it. */
export function kindNamed(name: string): ObjectKind | undefined {
  return kinds.get(name);
}

/** What a path is (rule C4). Throws `usage` for an `--as` that is not possible, `bad_input` when it cannot be looked at. */
export async function kindOfPath(path: string, as?: ShareAs): Promise<ObjectKind> {
  const isFolder = await looksLikeFolder(path);
  if (as === undefined) return isFolder ? folderKind : fileKind;
  if (as === 'file' && isFolder) return usageError(`${path} is a folder: leave --as file out`);
  return (
    kinds.get(as) ??
    usageError(`--as ${as}: this version shares files and folders only; leave it out to share the file`)
  );
}

async function looksLikeFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (cause) {
    throw new CommandError('bad_input', `${path}: ${reasonOf(cause)}`, { cause });
  }
}
