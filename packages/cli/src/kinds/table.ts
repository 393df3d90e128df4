import { readdir, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { reasonOf } from '@towline/downloader-core/spi';
import type { ShareAs } from '../arguments/share-options.ts';
import { CommandError, usageError } from '../command-error.ts';
import { arrowKind, isFeatherV1 } from './arrow.ts';
import { fileKind } from './file.ts';
import { folderKind } from './folder.ts';
import type { ObjectKind } from './kind.ts';
import { tensorsKind } from './tensors.ts';

/** Every kind, by the name that the index uses. A new adapter adds a row. */
const kinds: ReadonlyMap<string, ObjectKind> = new Map(
  [fileKind, folderKind, tensorsKind, arrowKind].map((kind) => [kind.kind, kind]),
);

const checkpointName = /\.safetensors(?:\.index\.json)?$/u;
const arrowName = /\.(?:arrow|arrows|feather)$/u;

/** The kind that an index names, or nothing when this version does not know it. */
export function kindNamed(name: string): ObjectKind | undefined {
  return kinds.get(name);
}

/** What a path is (rule C4). Throws `usage` for an `--as` that is not possible, `bad_input` when it cannot be looked at. */
export async function kindOfPath(path: string, as?: ShareAs): Promise<ObjectKind> {
  const isFolder = await looksLikeFolder(path);
  const plain = isFolder ? folderKind : fileKind;
  if (as === 'file') return plain;
  if (as === 'arrow' && isFolder) return usageError(`${path} is a folder: leave --as arrow out`);
  if (as !== undefined) return kinds.get(as) ?? usageError(`--as ${as}: this version does not share that kind`);
  if (await looksLikeCheckpoint(path, isFolder)) return tensorsKind;
  return !isFolder && (await looksLikeArrow(path)) ? arrowKind : plain;
}

/** What a path is to `inspect`: by its name alone, so that what is wrong with it is said. */
export async function kindToInspect(path: string): Promise<ObjectKind> {
  const kind = await kindOfPath(path);
  return kind === fileKind && arrowName.test(basename(path)) ? arrowKind : kind;
}

async function looksLikeCheckpoint(path: string, isFolder: boolean): Promise<boolean> {
  if (!isFolder) return checkpointName.test(basename(path));
  const names = await looking(path, () => readdir(path));
  return names.some((name) => !name.startsWith('.') && name.endsWith('.safetensors'));
}

// Feather V1 has the name of Feather V2, and nothing else of it.
async function looksLikeArrow(path: string): Promise<boolean> {
  return arrowName.test(basename(path)) && !(await looking(path, () => isFeatherV1(path)));
}

async function looksLikeFolder(path: string): Promise<boolean> {
  return (await looking(path, () => stat(path))).isDirectory();
}

async function looking<T>(path: string, look: () => Promise<T>): Promise<T> {
  try {
    return await look();
  } catch (cause) {
    throw new CommandError('bad_input', `${path}: ${reasonOf(cause)}`, { cause });
  }
}
