import { quoted, SafetensorsError } from '../errors.ts';
import type { Header } from '../tensor.ts';
import type { WeightMap } from './index-file.ts';

/** A shard, as far as an index speaks of it. */
export interface IndexedFile {
  readonly name: string;
  readonly header: Header;
}

/**
 * Checks that each tensor stands in the shard that the index gives for it and in no other, and in the index.
 * @throws SafetensorsError `index_mismatch`
 */
export function checkIndex(weightMap: WeightMap, files: readonly IndexedFile[]): void {
  let found = 0;
  for (const file of files) {
    for (const tensor of file.header.tensors.keys()) {
      const indexed = weightMap.get(tensor);
      if (indexed !== file.name) throw misplaced(tensor, file.name, indexed);
      found += 1;
    }
  }
  if (found === weightMap.size) return;
  const byName = new Map(files.map((file) => [file.name, file]));
  for (const [tensor, shard] of weightMap) {
    if (byName.get(shard)?.header.tensors.has(tensor) !== true) throw absent(tensor, shard);
  }
}

function misplaced(tensor: string, shard: string, indexed: string | undefined): SafetensorsError {
  const claim = indexed === undefined ? 'does not name it' : `says ${quoted(indexed)}`;
  return new SafetensorsError('index_mismatch', `is in ${quoted(shard)}, but the index ${claim}`, { tensor });
}

function absent(tensor: string, shard: string): SafetensorsError {
  return new SafetensorsError('index_mismatch', `the index says ${quoted(shard)}, which does not hold it`, { tensor });
}
