import { chmodSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { FolderDownloadable } from '../src/index.ts';
import { changes } from './support/changes.ts';
import { withoutRootRights } from './support/nobody.ts';
import { bytesOf, chunksFrom, expectChunk, produceContext } from './support/transfer.ts';
import { temporaryFolders } from '@towline/conformance/files';
import { makeTree, patternBytes, type Tree } from '@towline/conformance/files';

const newFolder = temporaryFolders(afterEach);
const GiB = 1024 ** 3;

function newTree(tree: Tree): string {
  const root = join(newFolder(), 'data');
  mkdirSync(root);
  makeTree(root, tree);
  return root;
}

const smallTree: Tree = {
  'a/one.txt': 'first',
  'a/two.sh': 'second',
  b: null,
  'c.bin': 'third',
  d: '',
  l: '-> a/one.txt',
};

describe('a shared folder', () => {
  it('lists all that is in it, in order', async () => {
    const source = await FolderDownloadable.open(newTree(smallTree));
    expect(source.entries).toEqual([
      { type: 'folder', path: 'a', mtimeMs: expect.any(Number) },
      { type: 'file', path: 'a/one.txt', size: 5, executable: false, mtimeMs: 1_600_000_000_500 },
      { type: 'file', path: 'a/two.sh', size: 6, executable: true, mtimeMs: 1_600_000_000_500 },
      { type: 'folder', path: 'b', mtimeMs: 1_600_000_000_500 },
      { type: 'file', path: 'c.bin', size: 5, executable: false, mtimeMs: 1_600_000_000_500 },
      { type: 'file', path: 'd', size: 0, executable: false, mtimeMs: 1_600_000_000_500 },
      { type: 'link', path: 'l', target: 'a/one.txt' },
    ]);
    expect(source.describe()).toMatchObject({ kind: 'folder', name: 'data', totalBytes: 16, totalItems: 4 });
    await source.release();
  });

  it('packs small files into one chunk; an item is a file', async () => {
    const source = await FolderDownloadable.open(newTree(smallTree), { chunkBytes: 100 });
    expect(await chunksFrom(source)).toEqual([
      { data: Buffer.from('firstsecondthird'), items: 4, state: { entry: 6, offset: 0 } },
    ]);
    await source.release();
  });

  it('cuts large files', async () => {
    const source = await FolderDownloadable.open(newTree(smallTree), { chunkBytes: 7 });
    expect(await chunksFrom(source)).toEqual([
      { data: Buffer.from('firstse'), items: 1, state: { entry: 2, offset: 2 } },
      { data: Buffer.from('condthi'), items: 1, state: { entry: 4, offset: 3 } },
      { data: Buffer.from('rd'), items: 2, state: { entry: 6, offset: 0 } },
    ]);
    await source.release();
  });

  it('L6 may be empty, or hold nothing but empty folders: no chunk', async () => {
    for (const tree of [{}, { a: null, 'b/c': null }]) {
      const source = await FolderDownloadable.open(newTree(tree));
      expect(await chunksFrom(source)).toEqual([]);
      await source.release();
    }
  });

  it('may hold nothing but empty files: they are items without bytes', async () => {
    const source = await FolderDownloadable.open(newTree({ a: '', 'b/c': '', d: '' }));
    expect(await chunksFrom(source)).toEqual([{ data: Buffer.alloc(0), items: 3, state: { entry: 4, offset: 0 } }]);
    await source.release();
  });

  it('S3 gives the same bytes for the same state, in any order, at the same time', async () => {
    const tree = Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [`f${index}`, patternBytes(index * 7, index + 1).toString('hex')]),
    );
    const source = await FolderDownloadable.open(newTree(tree), { chunkBytes: 97 });
    const all = await chunksFrom(source);
    const content = source.entries.map(({ path }) => tree[path]).join('');
    expect(Buffer.concat(all.map(({ data }) => data)).toString()).toBe(content);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(all.length - 2), { maxLength: 20 }), async (places) => {
        const again = await Promise.all(places.map((place) => source.produce(all[place]?.state, produceContext())));
        for (const [index, produced] of again.entries()) {
          const chunk = expectChunk(produced);
          expect(bytesOf(chunk)).toEqual(all[(places[index] ?? 0) + 1]?.data);
          chunk.recycle?.();
        }
      }),
      { numRuns: 20 },
    );
    await source.release();
  });

  it('L6 may hold a file larger than 4 GiB', async () => {
    const root = newTree({ big: '', z: 'after' });
    truncateSync(join(root, 'big'), 5 * GiB);
    const source = await FolderDownloadable.open(root);
    const chunks = await chunksFrom(source, { entry: 0, offset: 5 * GiB - 3 });
    expect(chunks).toEqual([{ data: Buffer.from('\0\0\0after'), items: 2, state: { entry: 2, offset: 0 } }]);
    await source.release();
  });

  it('S1 refuses states that are not its own', async () => {
    const source = await FolderDownloadable.open(newTree({ a: 'abc' }));
    expect(source.stateSchema.parse({ entry: 0, offset: 2 })).toEqual({ entry: 0, offset: 2 });
    for (const state of [{ entry: 0, offset: 3 }, { entry: 2, offset: 0 }, { entry: -1, offset: 0 }, { offset: 0 }, []])
      expect(() => source.stateSchema.parse(state)).toThrow(/state|offset|entry/u);
    await source.release();
  });

  it('R10 brings the asked part alone, with totals of its own', async () => {
    const source = await FolderDownloadable.open(newTree(smallTree));
    const request = { only: ['a/two.sh', 'd'] };
    expect(source.totals(request)).toEqual({ totalBytes: 6, totalItems: 2 });
    expect(await chunksFrom(source, undefined, request)).toEqual([
      { data: Buffer.from('second'), items: 2, state: { entry: 6, offset: 0 } },
    ]);
    expect(source.totals({ only: ['nothing'] })).toEqual({ totalBytes: 0, totalItems: 0 });
    await source.release();
  });

  it('ends a read that nobody wants any more', async () => {
    const source = await FolderDownloadable.open(newTree(smallTree));
    const context = { ...produceContext<undefined>(), signal: AbortSignal.abort(new Error('gone')) };
    await expect(source.produce(undefined, context)).rejects.toThrow('gone');
    await source.release();
  });
});

describe('I3 a folder of which a file is', () => {
  const chunkBytes = 10;
  const tree: Tree = { 'a/large.bin': patternBytes(25).toString('hex'), 'b/small.txt': 'small' };

  it.each(changes)('$what before it was read ends the transfer for everybody', async ({ change, said }) => {
    const root = newTree(tree);
    const source = await FolderDownloadable.open(root, { chunkBytes });
    const { state } = expectChunk(await source.produce(undefined, produceContext()));
    change(join(root, 'b/small.txt'));
    const failed = await source.produce({ entry: 3, offset: 0 }, produceContext());
    expect(failed).toEqual({ status: 'error', code: 'source_changed', reason: expect.stringContaining(said) });
    expect(failed).toMatchObject({ reason: expect.stringContaining('small.txt') });
    expect(await source.produce(state, produceContext())).toEqual(failed);
    await source.release();
  });

  it.each(changes)('$what while it is open and read is found', async ({ change }) => {
    const root = newTree(tree);
    const source = await FolderDownloadable.open(root, { chunkBytes });
    const { state } = expectChunk(await source.produce(undefined, produceContext()));
    change(join(root, 'a/large.bin'));
    expect(await source.produce(state, produceContext())).toMatchObject({ code: 'source_changed' });
    await source.release();
  });

  it.each(changes)('$what after it was read, before the end was said, is found', async ({ change }) => {
    const root = newTree(tree);
    const source = await FolderDownloadable.open(root);
    const { state } = expectChunk(await source.produce(undefined, produceContext()));
    change(join(root, 'a/large.bin'));
    expect(await source.produce(state, produceContext())).toMatchObject({ status: 'error', code: 'source_changed' });
    await source.release();
  });

  it('changed is found by a look before kept bytes are handed out again', async () => {
    const root = newTree(tree);
    const source = await FolderDownloadable.open(root, { chunkBytes });
    const request = { request: undefined };
    writeFileSync(join(root, 'b/small.txt'), 'other');
    expect(await source.check(undefined, request)).toBeUndefined();
    expect(await source.check({ entry: 3, offset: 0 }, request)).toMatchObject({ code: 'source_changed' });
    await source.release();
  });

  it('new is no part of what is shared', async () => {
    const root = newTree(tree);
    const source = await FolderDownloadable.open(root);
    writeFileSync(join(root, 'new'), 'new');
    expect(await chunksFrom(source)).toHaveLength(1);
    await source.release();
  });
});

describe('C6 a folder is refused', () => {
  it.each([
    ['relative', '../../outside'],
    ['absolute', '/etc/hostname'],
    ['to a neighbour', '../data-2/x'],
  ])('for a symbolic link that leads out: %s', async (_, target) => {
    const root = newTree({ 'a/file': 'x' });
    symlinkSync(target, join(root, 'a/link'));
    if (target === '../data-2/x') symlinkSync('../data-2/x', join(root, 'link'));
    await expect(FolderDownloadable.open(root)).rejects.toMatchObject({ code: 'link_refused', side: 'local' });
  });

  it('for any symbolic link, when that was chosen', async () => {
    const opening = FolderDownloadable.open(newTree(smallTree), { symlinks: 'refuse' });
    await expect(opening).rejects.toMatchObject({ code: 'link_refused', message: expect.stringContaining('symbolic') });
  });

  it('when it is a device', async () => {
    await expect(FolderDownloadable.open('/dev/null')).rejects.toMatchObject({ code: 'source_unsupported' });
  });

  it('C1 for a file in it that may not be read', async () => {
    const root = newTree({ 'a/secret': 'x' });
    chmodSync(join(root, '..'), 0o755);
    chmodSync(join(root, 'a/secret'), 0o000);
    await withoutRootRights(async () => {
      await expect(FolderDownloadable.open(root)).rejects.toMatchObject({
        code: 'source_unreadable',
        message: expect.stringContaining('secret'),
      });
    });
  });

  it('C1 when it does not exist, or is a file', async () => {
    const root = newTree({ a: 'x' });
    await expect(FolderDownloadable.open(join(root, 'no'))).rejects.toMatchObject({ code: 'source_missing' });
    await expect(FolderDownloadable.open(join(root, 'a'))).rejects.toMatchObject({ code: 'source_unsupported' });
  });

  it.runIf(process.platform === 'linux')('for a name that is no UTF-8', async () => {
    const root = newTree({ a: 'x' });
    writeFileSync(Buffer.concat([Buffer.from(`${root}/caf`), Buffer.from([0xe9])]), 'x');
    await expect(FolderDownloadable.open(root)).rejects.toMatchObject({
      code: 'unsafe_name',
      message: expect.stringContaining('"café"'),
    });
  });

  it('for options that are not allowed', async () => {
    const root = newTree({ a: 'x' });
    for (const options of [{ chunkBytes: 0 }, { name: '..' }, { symlinks: 'follow' as 'copy' }])
      await expect(FolderDownloadable.open(root, options)).rejects.toMatchObject({ code: 'invalid_argument' });
  });

  it('never because of a link within it, which is not followed', async () => {
    const root = newTree({ 'a/file': 'x', 'b/up': '-> ..', loop: '-> loop' });
    const source = await FolderDownloadable.open(root);
    expect(source.entries.map(({ path }) => path)).toEqual(['a', 'a/file', 'b', 'b/up', 'loop']);
    await source.release();
  });
});
