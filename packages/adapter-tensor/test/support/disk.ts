import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Tensor } from '../../src/safetensors/index.ts';
import { writeStateDict } from '../../src/safetensors/index.ts';
import { dictOf, patternTensor } from './dicts.ts';

/** Files by their paths below a folder. */
export type Files = Readonly<Record<string, Uint8Array | string>>;

/** Makes files and the folders that they are in. */
export function writeFiles(root: string, files: Files): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
}

/** All files below a folder, hidden ones too. */
export function readFiles(root: string): Record<string, Buffer> {
  const paths = readdirSync(root, { recursive: true, encoding: 'utf8' }).toSorted();
  const files = paths.filter((path) => statSync(join(root, path)).isFile());
  return Object.fromEntries(files.map((path) => [path, readFileSync(join(root, path))]));
}

/** Files as {@link readFiles} gives them. */
export function asBuffers(files: Files): Record<string, Buffer> {
  const pairs = Object.entries(files).map(([path, content]) => [path, Buffer.from(content as string)] as const);
  return Object.fromEntries(pairs.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** A canonical file. */
export function model(tensors: Readonly<Record<string, Tensor>>, metadata: Readonly<Record<string, string>> = {}) {
  return writeStateDict(dictOf(tensors, metadata));
}

/** An index over files of tensors, by the names of both. */
export function indexOf(shards: Readonly<Record<string, readonly string[]>>): string {
  const pairs = Object.entries(shards).flatMap(([shard, names]) => names.map((name) => [name, shard]));
  return JSON.stringify({ metadata: { total_size: 1 }, weight_map: Object.fromEntries(pairs) });
}

/** A checkpoint as hubs hold them: shards, their index, and other files. `seed`: other seeds, other bytes in `b.w`. */
export function shardedFolder(seed = 2): Files {
  return {
    'model-00001-of-00002.safetensors': model(
      { 'a.w': patternTensor('F32', [20, 10]), 'a.b': patternTensor('BF16', [7], 3) },
      { format: 'pt' },
    ),
    'model-00002-of-00002.safetensors': model({ 'b.w': patternTensor('U8', [901], seed) }),
    'model.safetensors.index.json': indexOf({
      'model-00001-of-00002.safetensors': ['a.w', 'a.b'],
      'model-00002-of-00002.safetensors': ['b.w'],
    }),
    'config.json': '{"layers":2}\n',
    'empty.txt': '',
    'tokenizer/vocab.txt': 'one\ntwo\n'.repeat(60),
  };
}
