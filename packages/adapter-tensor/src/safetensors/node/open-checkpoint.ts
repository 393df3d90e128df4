import { dirname, join } from 'node:path';
import { utf8Order } from '../canonical-order.ts';
import { isSafetensorsError, SafetensorsError } from '../errors.ts';
import { CheckpointFile } from './checkpoint-file.ts';
import { checkIndex } from './check-index.ts';
import { Checkpoint } from './checkpoint.ts';
import { readIndexFile, type WeightMap } from './index-file.ts';
import { locateCheckpoint } from './locate-checkpoint.ts';

/** Options of {@link openCheckpoint}. */
export interface OpenCheckpointOptions {
  /** Rejects the opening with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Opens a checkpoint on disk: a safetensors file, the index of a sharded one (`*.safetensors.index.json`), or a folder that
 * holds one of them, the index first. Reads and checks every header and the index against them; data is read only when
 * asked for, at its place. Close what is returned, or declare it with `await using`.
 *
 * An index has to name exactly the tensors that its shards hold, and its shards by plain names of files beside it.
 *
 * @throws SafetensorsError with the file and, where its content is wrong, the byte: the codes of `parseHeader`,
 * `not_found`, `not_a_checkpoint`, `ambiguous_checkpoint`, `invalid_index`, `shard_outside`, `shard_missing`,
 * `index_mismatch`, `file_system`; the signal's reason
 */
export async function openCheckpoint(path: string, options: OpenCheckpointOptions = {}): Promise<Checkpoint> {
  const { signal } = options;
  signal?.throwIfAborted();
  const main = await locateCheckpoint(path);
  if (main.kind === 'file') return new Checkpoint(main.path, false, [await CheckpointFile.open(main.path, signal)]);
  const weightMap = await readIndexFile(main.path, signal);
  const files = await openShards(dirname(main.path), shardNames(weightMap), signal);
  try {
    checkIndex(weightMap, files);
    return new Checkpoint(main.path, true, files);
  } catch (error) {
    await closeAll(files);
    throw isSafetensorsError(error) ? error.at({ file: main.path }) : error;
  }
}

function shardNames(weightMap: WeightMap): string[] {
  const names = [...new Set(weightMap.values())];
  return names.toSorted(utf8Order(names));
}

/** All shards open, or none: whatever fails, those that were opened before are closed. */
async function openShards(
  folder: string,
  names: readonly string[],
  signal: AbortSignal | undefined,
): Promise<CheckpointFile[]> {
  const files: CheckpointFile[] = [];
  try {
    for (const name of names) files.push(await openShard(join(folder, name), signal));
    return files;
  } catch (error) {
    await closeAll(files);
    throw error;
  }
}

async function openShard(path: string, signal: AbortSignal | undefined): Promise<CheckpointFile> {
  try {
    return await CheckpointFile.open(path, signal);
  } catch (error) {
    if (!isSafetensorsError(error) || error.code !== 'not_found') throw error;
    throw new SafetensorsError('shard_missing', 'is named by the index, but does not exist', {
      file: path,
      cause: error,
    });
  }
}

async function closeAll(files: readonly CheckpointFile[]): Promise<void> {
  await Promise.all(files.map((file) => file.close()));
}
