import { mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolders } from '@towline/conformance/files';
import { afterEach, describe, expect, it } from 'vitest';
import { downloadTensors } from '../../src/index.ts';
import { addCheckpoint, CheckpointDownloadable } from '../../src/node/index.ts';
import { patternTensor } from '../support/dicts.ts';
import { indexOf, model, shardedFolder, writeFiles } from '../support/disk.ts';
import { failing, share } from '../support/pair.ts';

const newFolder = temporaryFolders(afterEach);
const shardOne = 'model-00001-of-00002.safetensors';
const index = 'model.safetensors.index.json';

function sharded(): string {
  const folder = newFolder();
  writeFiles(folder, shardedFolder());
  return folder;
}

/** What opening rejects with. */
const refusal = (path: string): Promise<unknown> =>
  CheckpointDownloadable.open(path).then(
    () => 'it was opened',
    (error: unknown) => error,
  );

describe('a checkpoint that is opened to be shared', () => {
  it('is a file, an index or a folder, and has the name of it', async () => {
    const folder = join(newFolder(), 'llama');
    writeFiles(folder, shardedFolder());
    const named = async (path: string): Promise<string> => (await CheckpointDownloadable.open(path)).name;
    expect(await named(folder)).toBe('llama');
    expect(await named(join(folder, index))).toBe('model');
    expect(await named(join(folder, shardOne))).toBe(shardOne);
    expect((await CheckpointDownloadable.open(folder, { name: 'other' })).name).toBe('other');
  });

  it('C4 an index brings its shards and nothing else of the folder', async () => {
    const { body, fields } = await (await CheckpointDownloadable.open(join(sharded(), index))).describe();
    expect(body?.byteLength).toBeGreaterThan(0);
    expect(fields).toMatchObject({
      layout: 'folder',
      files: [{ path: shardOne }, { path: 'model-00002-of-00002.safetensors' }],
      others: [{ path: index }],
    });
  });

  it('takes files that an index does not name as other files', async () => {
    const folder = sharded();
    writeFiles(folder, { 'consolidated.safetensors': model({ 'a.w': patternTensor('U8', [3]) }) });
    const { fields } = await (await CheckpointDownloadable.open(folder)).describe();
    expect(fields).toMatchObject({ files: [{ path: shardOne }, {}] });
    expect((fields as { others: { path: string }[] }).others.map(({ path }) => path)).toContain(
      'consolidated.safetensors',
    );
  });

  it('may be several files without an index, unless they hold a tensor of one name', async () => {
    const folder = newFolder();
    writeFiles(folder, { 'a.safetensors': model({ a: patternTensor('U8', [3]) }) });
    writeFiles(folder, { 'b.safetensors': model({ b: patternTensor('U8', [4]) }) });
    expect((await CheckpointDownloadable.open(folder)).totalBytes).toBe(7);
    writeFiles(folder, { 'c.safetensors': model({ b: patternTensor('U8', [4]) }) });
    expect(await refusal(folder)).toEqual(
      failing('bad_checkpoint', 'c.safetensors and b.safetensors both hold a tensor "b"'),
    );
  });

  it.each([
    ['is not there', '', 'source_missing'],
    ['is a folder without a checkpoint', 'empty', 'bad_checkpoint'],
    ['is no safetensors file', 'text.safetensors', 'bad_checkpoint'],
    ['has two indexes', 'two', 'bad_checkpoint'],
    ['lacks a shard', 'lacking', 'bad_checkpoint'],
    ['has an index that names another shard', 'wrong', 'bad_checkpoint'],
    ['has an index whose shard lies outside', 'outside/x.safetensors.index.json', 'bad_checkpoint'],
    ['has an index whose shard is a link that leads out', 'linked/model.safetensors.index.json', 'link_refused'],
    ['holds a link that leads out', 'linked', 'link_refused'],
  ])('is refused before anybody is told of it when it %s', async (_, path, code) => {
    const root = newFolder();
    mkdirSync(join(root, 'empty'));
    writeFiles(root, { 'text.safetensors': 'no header', 'elsewhere.safetensors': model({}) });
    for (const folder of ['two', 'lacking', 'wrong', 'linked']) writeFiles(join(root, folder), shardedFolder());
    writeFiles(join(root, 'two'), { 'old.safetensors.index.json': indexOf({}) });
    rmSync(join(root, 'lacking', shardOne));
    writeFiles(join(root, 'wrong'), { [index]: indexOf({ [shardOne]: ['a.w', 'a.b', 'b.w'] }) });
    writeFiles(join(root, 'outside'), { 'x.safetensors.index.json': indexOf({ '../elsewhere.safetensors': ['a'] }) });
    rmSync(join(root, 'linked', shardOne));
    symlinkSync('../elsewhere.safetensors', join(root, 'linked', shardOne));
    expect(await refusal(path === '' ? join(root, 'missing') : join(root, path))).toEqual(failing(code));
  });

  it('says which byte of which file is wrong', async () => {
    const folder = newFolder();
    const bytes = Buffer.from(model({ a: patternTensor('U8', [3]) }));
    bytes[8] = 0x20;
    bytes[9] = 0x5b;
    writeFiles(folder, { 'bad.safetensors': bytes });
    expect(await refusal(join(folder, 'bad.safetensors'))).toEqual(failing('bad_checkpoint', 'bad.safetensors'));
    expect(await refusal(join(folder, 'bad.safetensors'))).toEqual(failing('bad_checkpoint', 'at byte 9'));
  });

  it.each([
    ['cut', (path: string) => truncateSync(path, 100)],
    ['written to', (path: string) => writeFileSync(path, readFileSync(path).fill(0, 200))],
    ['removed', (path: string) => rmSync(path)],
  ])('I3 fails every receiver when a file of it is %s meanwhile', async (_, change) => {
    const folder = sharded();
    const { ref, receiver } = await share((transaction) => addCheckpoint(transaction, folder));
    change(join(folder, shardOne));
    const failed = failing('source_changed', shardOne);
    await expect(downloadTensors(receiver, ref)).rejects.toEqual(failed);
  });
});
