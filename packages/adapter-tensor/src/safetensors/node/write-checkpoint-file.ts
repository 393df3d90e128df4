import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ReadonlyStateDict } from '../tensor.ts';
import { encodeStateDict } from '../write-state-dict.ts';
import { fileError } from './system-errors.ts';
import { writeParts } from './write-parts.ts';

/** Options of {@link writeCheckpointFile}. */
export interface WriteCheckpointFileOptions {
  /** Stops the writing with its reason; looked at every few MiB. What stood under the name before stays. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Saves a state dict as a canonical safetensors file. A file that stands under that name is replaced in one step once the
 * new one is complete and on disk; until then, and after any failure, it is untouched. So saving onto a file that is open,
 * or that a state dict is being read from, is safe. Copies no tensor data.
 *
 * @throws SafetensorsError as {@link encodeStateDict}, `not_found` when the folder does not exist, `file_system`; the
 * signal's reason
 */
export async function writeCheckpointFile(
  path: string,
  dict: ReadonlyStateDict,
  options: WriteCheckpointFileOptions = {},
): Promise<void> {
  const { parts } = encodeStateDict(dict);
  const folder = dirname(path);
  const temporary = join(folder, `.towline-${randomUUID()}.tmp`);
  try {
    await writeDurably(temporary, parts, options.signal);
    await rename(temporary, path);
    await syncFolder(folder);
  } catch (error) {
    // What failed first is what counts.
    await rm(temporary, { force: true }).catch(() => undefined);
    throw fileError(error, path);
  }
}

async function writeDurably(
  path: string,
  parts: readonly Uint8Array[],
  signal: AbortSignal | undefined,
): Promise<void> {
  signal?.throwIfAborted();
  const handle = await open(path, 'wx');
  try {
    await writeParts(handle, parts, signal);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes a rename last. Windows has no such call for folders. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
