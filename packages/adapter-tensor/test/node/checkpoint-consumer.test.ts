import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolders } from '@towline/conformance/files';
import { downloadObject } from '@towline/downloader-core';
import { afterEach, describe, expect, it } from 'vitest';
import { addTensors, downloadTensors } from '../../src/index.ts';
import {
  addCheckpoint,
  checkpointBase,
  CheckpointConsumer,
  type CheckpointConsumerOptions,
  type CheckpointResult,
  downloadCheckpoint,
} from '../../src/node/index.ts';
import { readStateDict, writeStateDict } from '../../src/safetensors/index.ts';
import { openCheckpoint } from '../../src/safetensors/node/index.ts';
import { dictOf, patternTensor } from '../support/dicts.ts';
import { asBuffers, type Files, model, readFiles, shardedFolder, writeFiles } from '../support/disk.ts';
import { failing, share, type Shared } from '../support/pair.ts';
import { entry, file } from '../safetensors/support/files.ts';

const newFolder = temporaryFolders(afterEach);
const shards = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'] as const;
const index = 'model.safetensors.index.json';

async function shareFiles(files: Files, path = ''): Promise<Shared> {
  const folder = join(newFolder(), 'llama');
  writeFiles(folder, files);
  return share((transaction) => addCheckpoint(transaction, join(folder, path), { chunkBytes: 300 }));
}

async function pull(
  { ref, receiver }: Shared,
  options: Partial<CheckpointConsumerOptions> = {},
): Promise<CheckpointResult> {
  return downloadCheckpoint(receiver, ref, { directory: newFolder(), ...options });
}

describe('a checkpoint from disk to disk', () => {
  it('C4 arrives byte for byte: shards, index and all else that is in the folder', async () => {
    const files = shardedFolder();
    const { path, ...result } = await pull(await shareFiles(files));
    expect(readFiles(path)).toEqual(asBuffers(files));
    const bytes = Object.values(asBuffers(files)).reduce((sum, { byteLength }) => sum + byteLength, 0);
    expect(result).toEqual({ kind: 'folder', written: true, bytes, files: 6, tensors: 3 });
  });

  it('keeps a header that is not canonical, with its unknown fields, order and spaces', async () => {
    const header = `{${entry('b', 'U8', '[2]', '[4,6]')}, "a":{"x":1,"dtype":"F32","shape":[1],"data_offsets":[0,4]} }`;
    const bytes = file(header, 6);
    const shared = await shareFiles({ 'odd.safetensors': bytes }, 'odd.safetensors');
    const { path, kind } = await pull(shared);
    expect(kind).toBe('file');
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  it('keeps links, empty folders and the right to execute', async () => {
    const folder = newFolder();
    writeFiles(folder, { 'm.safetensors': model({ a: patternTensor('U8', [3]) }), 'run.sh': 'exit' });
    mkdirSync(join(folder, 'empty/er'), { recursive: true });
    symlinkSync('run.sh', join(folder, 'link'));
    chmodSync(join(folder, 'run.sh'), 0o755);
    const { path } = await pull(await share((transaction) => addCheckpoint(transaction, folder)));
    expect(readdirSync(path).toSorted()).toEqual(['empty', 'link', 'm.safetensors', 'run.sh']);
    expect(readdirSync(join(path, 'empty'))).toEqual(['er']);
    expect(statSync(join(path, 'link')).isFile()).toBe(true);
    expect(statSync(join(path, 'run.sh')).mode & 0o111).toBe(0o111 & ~process.umask());
  });

  it('brings an index into a folder of its own', async () => {
    const files = shardedFolder();
    const { path } = await pull(await shareFiles(files, index));
    const wanted = Object.fromEntries([...shards, index].map((name) => [name, files[name] as string]));
    expect(path.endsWith('model')).toBe(true);
    expect(readFiles(path)).toEqual(asBuffers(wanted));
  });

  it('goes to memory as well, without the other files', async () => {
    const shared = await shareFiles(shardedFolder());
    const { tensors } = await downloadTensors(shared.receiver, shared.ref);
    expect([...tensors.keys()]).toEqual(['a.w', 'a.b', 'b.w']);
    expect(tensors.get('b.w')).toEqual(patternTensor('U8', [901], 2));
    expect(await shared.travelled()).toBe(800 + 14 + 901);
  });

  it('comes from memory as well, as a canonical file', async () => {
    const dict = dictOf({ a: patternTensor('F32', [9]), b: patternTensor('U8', [0]) }, { k: 'v' });
    const { path } = await pull(await share((transaction) => addTensors(transaction, dict, { name: 'w.safetensors' })));
    expect(readFileSync(path).equals(writeStateDict(dict))).toBe(true);
  });
});

describe('a part of a checkpoint', () => {
  it('C2 C4 keeps the names of shards, rewrites the index, leaves empty shards out and brings other files along', async () => {
    const files = shardedFolder();
    const shared = await shareFiles(files);
    const { path, tensors } = await pull(shared, { only: ['a.b'] });
    const received = readFiles(path);
    expect(Object.keys(received)).toEqual(['config.json', 'empty.txt', shards[0], index, 'tokenizer/vocab.txt']);
    expect(received[shards[0]]?.equals(model({ 'a.b': patternTensor('BF16', [7], 3) }, { format: 'pt' }))).toBe(true);
    expect(JSON.parse(String(received[index]))).toEqual({
      metadata: { total_size: 14 },
      weight_map: { 'a.b': shards[0] },
    });
    expect(received['tokenizer/vocab.txt']).toEqual(asBuffers(files)['tokenizer/vocab.txt']);
    expect(tensors).toBe(1);
    await (await openCheckpoint(path)).close();
    const others = String(files['config.json']).length + String(files['tokenizer/vocab.txt']).length;
    expect(await shared.travelled()).toBe(14 + others);
  });

  it('of a file is a canonical file, rows too', async () => {
    const w = patternTensor('F32', [20, 10]);
    const shared = await shareFiles({ 'm.safetensors': model({ w, v: patternTensor('U8', [5]) }) }, 'm.safetensors');
    const { path } = await pull(shared, { only: [{ name: 'w', rows: [5, 8] }] });
    const rows = { dtype: 'F32', shape: [3, 10], data: w.data.slice(200, 320) } as const;
    expect(readFileSync(path).equals(model({ w: rows }))).toBe(true);
  });

  it('that is nothing writes nothing', async () => {
    const directory = newFolder();
    const shared = await shareFiles(shardedFolder());
    const result = await pull(shared, { directory, only: ['c.*'], whenNothing: 'succeed' });
    expect(result).toMatchObject({ written: false, bytes: 0, files: 0, tensors: 0 });
    expect(readdirSync(directory)).toEqual([]);
    await expect(pull(await shareFiles(shardedFolder()), { directory, only: ['c.*'] })).rejects.toEqual(
      failing('nothing_selected'),
    );
  });
});

describe('a checkpoint on top of an older one', () => {
  it.each([
    ['a folder', '', (path: string) => path],
    ['its path as a base that was opened', '', (path: string) => checkpointBase(path)],
    ['an index', index, (path: string) => path],
  ])('brings only what differs from %s', async (_, part, baseOf) => {
    const base = newFolder();
    writeFiles(base, shardedFolder(7));
    const shared = await shareFiles(shardedFolder(), index);
    const { path } = await pull(shared, { base: baseOf(join(base, part)) });
    expect(readFiles(path)[shards[1]]).toEqual(asBuffers(shardedFolder())[shards[1]]);
    const indexBytes = String(shardedFolder()[index]).length;
    expect(await shared.travelled()).toBe(3 * 16 + 901 + indexBytes);
  });

  it('may be what is replaced, and then has new files in the old folder', async () => {
    const directory = newFolder();
    const target = join(directory, 'llama');
    writeFiles(target, { ...shardedFolder(7), 'notes.txt': 'mine', 'old.safetensors.index.json': '{}' });
    rmSync(join(target, 'old.safetensors.index.json'));
    const shared = await shareFiles(shardedFolder());
    await pull(shared, { directory, base: target, overwrite: true });
    expect(readFiles(target)).toEqual(asBuffers({ ...shardedFolder(), 'notes.txt': 'mine' }));
    expect(readdirSync(directory)).toEqual(['llama']);
    const others = 13 + 480 + String(shardedFolder()[index]).length;
    expect(await shared.travelled()).toBe(3 * 16 + 901 + others);
  });

  it('is refused when the base is no checkpoint, before a byte is written', async () => {
    const directory = newFolder();
    const noBase = join(newFolder(), 'x.safetensors');
    const fails = failing('bad_base', 'x.safetensors');
    await expect(pull(await shareFiles(shardedFolder()), { directory, base: noBase })).rejects.toEqual(fails);
    writeFileSync(noBase, 'no header');
    await expect(pull(await shareFiles(shardedFolder()), { directory, base: noBase })).rejects.toEqual(fails);
    expect(readdirSync(directory)).toEqual([]);
  });

  it('fails when the base is written to meanwhile', async () => {
    const base = join(newFolder(), 'base.safetensors');
    const w = patternTensor('U8', [500]);
    writeFileSync(base, model({ w }));
    const shared = await shareFiles({ 'm.safetensors': model({ w, x: patternTensor('U8', [10]) }) }, 'm.safetensors');
    const directory = newFolder();
    const consumer = new CheckpointConsumer({ directory, base });
    const consume = consumer.consume.bind(consumer);
    consumer.consume = (...given) => {
      writeFileSync(base, model({ w: patternTensor('U8', [500], 9) }));
      return consume(...given);
    };
    await expect(downloadObject(shared.receiver, shared.ref, consumer)).rejects.toEqual(failing('base_changed', '"w"'));
    expect(readdirSync(directory)).toEqual([]);
  });
});

describe('what stands at the target', () => {
  it('I4 is refused without `overwrite`, before a byte travels, and stays', async () => {
    const directory = newFolder();
    writeFiles(directory, { 'llama/x': 'old' });
    const shared = await shareFiles(shardedFolder());
    await expect(pull(shared, { directory })).rejects.toEqual(failing('target_exists'));
    expect(readFiles(directory)).toEqual(asBuffers({ 'llama/x': 'old' }));
    expect(await shared.travelled()).toBe(0);
  });

  it('is replaced file by file: other files stay, an index of another name goes', async () => {
    const directory = newFolder();
    writeFiles(directory, { 'llama/x': 'old', 'llama/config.json': 'old', 'llama/old.safetensors.index.json': '{}' });
    await pull(await shareFiles(shardedFolder()), { directory, overwrite: true });
    expect(readFiles(join(directory, 'llama'))).toEqual(asBuffers({ ...shardedFolder(), x: 'old' }));
  });

  it('I4 is never written through a link', async () => {
    const directory = newFolder();
    const outside = newFolder();
    mkdirSync(join(directory, 'llama'));
    symlinkSync(outside, join(directory, 'llama/tokenizer'));
    const refused = pull(await shareFiles(shardedFolder()), { directory, overwrite: true });
    await expect(refused).rejects.toEqual(failing('target_exists', 'tokenizer'));
    rmSync(join(directory, 'llama/tokenizer'));
    symlinkSync(join(outside, 'config.json'), join(directory, 'llama/config.json'));
    await pull(await shareFiles(shardedFolder()), { directory, overwrite: true });
    expect(readdirSync(outside)).toEqual([]);
    expect(readFiles(join(directory, 'llama'))).toEqual(asBuffers(shardedFolder()));
  });

  it('I4 is as it was when a download fails, and nothing is left beside it', async () => {
    const directory = newFolder();
    writeFiles(join(directory, 'llama'), shardedFolder(7));
    const shared = await shareFiles(shardedFolder());
    const consumer = new CheckpointConsumer({ directory, overwrite: true });
    const consume = consumer.consume.bind(consumer);
    consumer.consume = async (...given) => {
      await consume(...given);
      throw new Error('no more');
    };
    await expect(downloadObject(shared.receiver, shared.ref, consumer)).rejects.toEqual(failing('consumer_failed'));
    expect(readFiles(directory)).toEqual(
      asBuffers(Object.fromEntries(Object.entries(shardedFolder(7)).map(([path, data]) => [`llama/${path}`, data]))),
    );
  });
});

describe('names of a peer', () => {
  it.each(['../x.safetensors', '/x', 'a/../../x', 'a//x', 'NUL\0'])(
    '%j is refused before anything is made',
    async (name) => {
      const directory = newFolder();
      const shareDict = () => share((transaction) => addTensors(transaction, dictOf({}), { name }));
      await expect(pull(await shareDict(), { directory })).rejects.toEqual(failing('unsafe_name'));
      expect(readdirSync(directory)).toEqual([]);
      const { path } = await pull(await shareDict(), { directory, name: 'mine.safetensors' });
      expect(readStateDict(readFileSync(path)).tensors.size).toBe(0);
    },
  );

  it('of tensors are data: ../x and __proto__ arrive in the header, and lead nowhere', async () => {
    const directory = newFolder();
    const tensors = Object.fromEntries(
      ['../x', '/etc/x', 'constructor', ''].map((name, at) => [name, patternTensor('U8', [at + 1], at)]),
    );
    const bytes = model(tensors);
    const { path } = await pull(await shareFiles({ 'm.safetensors': bytes }, 'm.safetensors'), { directory });
    expect(readFileSync(path).equals(bytes)).toBe(true);
    expect(readdirSync(directory)).toEqual(['m.safetensors']);
  });
});
