import { chmodSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { isDownloadable } from '@towline/downloader-core/spi';
import { FileDownloadable } from '../src/index.ts';
import { changes } from './support/changes.ts';
import { withoutRootRights } from './support/nobody.ts';
import { bytesOf, chunksFrom, expectChunk, produceContext } from './support/transfer.ts';
import { temporaryFolders } from '@towline/conformance/files';
import { patternBytes } from '@towline/conformance/files';

const newFolder = temporaryFolders(afterEach);
const GiB = 1024 ** 3;

function newFile(content: string | Uint8Array, name = 'model.bin'): string {
  const path = join(newFolder(), name);
  writeFileSync(path, content);
  utimesSync(path, 1_600_000_000, 1_600_000_000.25);
  return path;
}

describe('a shared file', () => {
  it('is described by name, size, rights and time', async () => {
    const path = newFile('hello');
    chmodSync(path, 0o755);
    const source = await FileDownloadable.open(path);
    expect(isDownloadable(source)).toBe(true);
    expect(source.describe()).toEqual({
      kind: 'file',
      name: 'model.bin',
      totalBytes: 5,
      totalItems: 1,
      fields: { executable: true, mtimeMs: 1_600_000_000_250 },
    });
    await source.release();
  });

  it('may go by another name', async () => {
    const source = await FileDownloadable.open(newFile('x'), { name: 'other' });
    expect(source.describe()).toMatchObject({ name: 'other', fields: { executable: false } });
    await source.release();
  });

  it('is found through a symbolic link that is given itself', async () => {
    const path = newFile('content');
    symlinkSync('model.bin', join(path, '../link'));
    const source = await FileDownloadable.open(join(path, '../link'));
    expect(source.name).toBe('link');
    expect(Buffer.concat((await chunksFrom(source)).map(({ data }) => data)).toString()).toBe('content');
    await source.release();
  });

  it('comes in chunks of the chosen size, and is one item', async () => {
    const source = await FileDownloadable.open(newFile('0123456789'), { chunkBytes: 4 });
    expect(await chunksFrom(source)).toEqual([
      { data: Buffer.from('0123'), items: 0, state: { offset: 4 } },
      { data: Buffer.from('4567'), items: 0, state: { offset: 8 } },
      { data: Buffer.from('89'), items: 1, state: { offset: 10 } },
    ]);
    await source.release();
  });

  it('L6 may be empty: no chunk', async () => {
    const source = await FileDownloadable.open(newFile(''));
    expect(await chunksFrom(source)).toEqual([]);
    await source.release();
  });

  it('S3 gives the same bytes for the same state, in any order, at the same time', async () => {
    const content = patternBytes(10_000);
    const source = await FileDownloadable.open(newFile(content), { chunkBytes: 1_000 });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(9_999), { maxLength: 20 }), async (offsets) => {
        const chunks = await Promise.all(offsets.map(async (offset) => source.produce({ offset }, produceContext())));
        for (const [index, produced] of chunks.entries()) {
          const chunk = expectChunk(produced);
          const offset = offsets[index] ?? 0;
          expect(bytesOf(chunk).equals(content.subarray(offset, offset + 1_000))).toBe(true);
          chunk.recycle?.();
        }
      }),
      { numRuns: 30 },
    );
    await source.release();
  });

  it('never writes again to bytes that were not given back', async () => {
    const source = await FileDownloadable.open(newFile(patternBytes(4_000)), { chunkBytes: 1_000 });
    const first = expectChunk(await source.produce(undefined, produceContext()));
    const copy = Buffer.from(bytesOf(first));
    for (const { data } of await chunksFrom(source)) expect(data.byteLength).toBe(1_000);
    expect(bytesOf(first).equals(copy)).toBe(true);
    await source.release();
  });

  it('says of full buffers alone that they may be taken away', async () => {
    const source = await FileDownloadable.open(newFile(patternBytes(1_500)), { chunkBytes: 1_000 });
    const full = expectChunk(await source.produce(undefined, produceContext()));
    const last = expectChunk(await source.produce(full.state, produceContext()));
    expect([full.owned, last.owned]).toEqual([true, false]);
    await source.release();
  });

  it('L6 may be larger than 4 GiB, with holes', async () => {
    const path = newFile('');
    truncateSync(path, 5 * GiB);
    const handle = await open(path, 'r+');
    await handle.write(Buffer.from('end'), 0, 3, 5 * GiB - 3);
    await handle.close();
    const source = await FileDownloadable.open(path);
    const [only, ...more] = await chunksFrom(source, { offset: 5 * GiB - 10 });
    expect(only).toEqual({ data: Buffer.from('\0\0\0\0\0\0\0end'), items: 1, state: { offset: 5 * GiB } });
    expect(more).toEqual([]);
    await source.release();
  });

  it('S1 refuses states that are not its own', async () => {
    const source = await FileDownloadable.open(newFile('0123456789'));
    expect(source.stateSchema.parse({ offset: 10 })).toEqual({ offset: 10 });
    for (const state of [
      { offset: 11 },
      { offset: -1 },
      { offset: 0.5 },
      { offset: '1' },
      {},
      null,
      { offset: 1, x: 1 },
    ])
      expect(() => source.stateSchema.parse(state)).toThrow(/state|offset|entry/u);
    await source.release();
  });

  it('R10 is left out of a part that it does not belong to', async () => {
    const source = await FileDownloadable.open(newFile('content'));
    expect(source.totals({ only: ['*.bin'] })).toEqual({ totalBytes: 7, totalItems: 1 });
    expect(await chunksFrom(source, undefined, { only: ['*.bin'] })).toHaveLength(1);
    expect(source.totals({ only: ['*.txt'] })).toEqual({ totalBytes: 0, totalItems: 0 });
    expect(await chunksFrom(source, undefined, { only: ['*.txt'] })).toEqual([]);
    await source.release();
  });
});

describe('I3 a shared file that is', () => {
  it.each(changes)('$what between two chunks ends the transfer for everybody', async ({ change, said }) => {
    const path = newFile(patternBytes(100));
    const source = await FileDownloadable.open(path, { chunkBytes: 10 });
    expect(await source.check()).toBeUndefined();
    const first = expectChunk(await source.produce(undefined, produceContext()));
    change(path);
    const failed = await source.produce(first.state, produceContext());
    expect(failed).toEqual({ status: 'error', code: 'source_changed', reason: expect.stringContaining(said) });
    expect(failed).toMatchObject({ reason: expect.stringMatching(/^model\.bin /u) });
    expect(await source.produce(undefined, produceContext())).toEqual(failed);
    expect(await source.produce({ offset: 100 }, produceContext())).toEqual(failed);
    await source.release();
  });

  it.each(changes)('$what before the first byte is found', async ({ change }) => {
    const path = newFile(patternBytes(100));
    const source = await FileDownloadable.open(path);
    change(path);
    expect(await source.produce(undefined, produceContext())).toMatchObject({ code: 'source_changed' });
    await source.release();
  });

  it.each(changes)('$what after its last byte, before the end was said, is found', async ({ change }) => {
    const path = newFile(patternBytes(100));
    const source = await FileDownloadable.open(path);
    const { state } = expectChunk(await source.produce(undefined, produceContext()));
    change(path);
    expect(await source.produce(state, produceContext())).toMatchObject({ status: 'error', code: 'source_changed' });
    await source.release();
  });

  it.each(changes)('$what is found by a look before kept bytes are handed out again', async ({ change }) => {
    const path = newFile(patternBytes(100));
    const source = await FileDownloadable.open(path);
    change(path);
    const failed = await source.check();
    expect(failed).toMatchObject({ status: 'error', code: 'source_changed' });
    expect(await source.produce(undefined, produceContext())).toEqual(failed);
    await source.release();
  });
});

describe('C1 a path that cannot be shared as a file:', () => {
  it('one that does not exist', async () => {
    await expect(FileDownloadable.open(join(newFolder(), 'no'))).rejects.toMatchObject({ code: 'source_missing' });
    await expect(FileDownloadable.open(join(newFile('x'), 'no'))).rejects.toMatchObject({ code: 'source_missing' });
  });

  it('one that may not be read', async () => {
    const path = newFile('secret');
    chmodSync(join(path, '..'), 0o755);
    chmodSync(path, 0o000);
    await withoutRootRights(async () => {
      await expect(FileDownloadable.open(path)).rejects.toMatchObject({ code: 'source_unreadable', side: 'local' });
    });
  });

  it('C6 a folder or a device', async () => {
    for (const path of [newFolder(), '/dev/zero'])
      await expect(FileDownloadable.open(path)).rejects.toMatchObject({ code: 'source_unsupported' });
  });

  it.each([
    [{ chunkBytes: 0 }],
    [{ chunkBytes: 1.5 }],
    [{ chunkBytes: 64 * 1024 * 1024 + 1 }],
    [{ name: '' }],
    [{ name: 'a/b' }],
    [{ name: '..' }],
  ])('any, with the options %o', async (options) => {
    await expect(FileDownloadable.open(newFile('x'), options)).rejects.toMatchObject({ code: 'invalid_argument' });
  });
});
