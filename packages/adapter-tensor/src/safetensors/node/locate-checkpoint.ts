import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SafetensorsError } from '../errors.ts';
import { fileError } from './system-errors.ts';

const FILE_SUFFIX = '.safetensors';
const INDEX_SUFFIX = '.safetensors.index.json';

const SHOWN_NAMES = 5;

/** A checkpoint's main file. */
export interface CheckpointLocation {
  readonly kind: 'file' | 'index';
  readonly path: string;
}

/**
 * What a path given by a person means: a file is taken for an index when its name ends in `.json`; of a folder it is the
 * index that lies in it, or else the safetensors file.
 * @throws SafetensorsError `not_found`, `not_a_checkpoint`, `ambiguous_checkpoint`, `file_system`
 */
export async function locateCheckpoint(path: string): Promise<CheckpointLocation> {
  try {
    const status = await stat(path);
    if (!status.isDirectory()) return { kind: path.endsWith('.json') ? 'index' : 'file', path };
    const { kind, name } = chooseInFolder((await readdir(path)).filter((name) => !name.startsWith('.')));
    return { kind, path: join(path, name) };
  } catch (error) {
    throw fileError(error, path);
  }
}

function chooseInFolder(names: readonly string[]): { kind: CheckpointLocation['kind']; name: string } {
  const index = onlyOne(names.filter((name) => name.endsWith(INDEX_SUFFIX)));
  if (index !== undefined) return { kind: 'index', name: index };
  const file = onlyOne(names.filter((name) => name.endsWith(FILE_SUFFIX)));
  if (file !== undefined) return { kind: 'file', name: file };
  throw new SafetensorsError('not_a_checkpoint', `holds no *${FILE_SUFFIX} and no *${INDEX_SUFFIX}`);
}

function onlyOne(names: readonly string[]): string | undefined {
  if (names.length <= 1) return names[0];
  const shown = names.toSorted().slice(0, SHOWN_NAMES).join(', ');
  throw new SafetensorsError('ambiguous_checkpoint', `holds ${names.length} checkpoints: ${shown}`);
}
