import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { State } from '@towline/downloader-core/spi';
import { FileDownloadable, FolderDownloadable, PathConsumer } from '../src/index.ts';
import { craftedSource, fileDescription } from './support/crafted.ts';
import { temporaryFolders } from '@towline/conformance/files';
import { transfer } from './support/transfer.ts';
import { makeTree, readTree } from '@towline/conformance/files';

const newFolder = temporaryFolders(afterEach);

function newSource(): string {
  const folder = newFolder();
  mkdirSync(join(folder, 'data'));
  makeTree(folder, { 'data/a/file': 'content', 'data/b': 'other' });
  return join(folder, 'data');
}

describe('a consumer of files and folders', () => {
  it('takes a file', async () => {
    const directory = newFolder();
    const source = await FileDownloadable.open(join(newSource(), 'a/file'), { chunkBytes: 2 });
    const result = await transfer<unknown, State, unknown>(source, new PathConsumer({ directory, digest: 'sha256' }));
    await source.release();
    expect(result).toMatchObject({ kind: 'file', bytes: 7, sha256: expect.stringMatching(/^[0-9a-f]{64}$/u) });
    expect(readTree(directory)).toEqual({ file: 'content' });
  });

  it('takes a folder', async () => {
    const directory = newFolder();
    const source = await FolderDownloadable.open(newSource(), { chunkBytes: 2 });
    const result = await transfer<unknown, State, unknown>(source, new PathConsumer({ directory, only: ['a'] }));
    await source.release();
    expect(result).toMatchObject({ kind: 'folder', files: 1 });
    expect(readTree(directory)).toEqual({ data: null, 'data/a': null, 'data/a/file': 'content' });
  });

  it.each([undefined, 'state-dict'])('refuses the kind %s, and has nothing to clean up', async (kind) => {
    const directory = newFolder();
    const { name, totalBytes } = { name: 'file', totalBytes: 1 };
    const source = craftedSource(kind === undefined ? { name, totalBytes } : { name, totalBytes, kind }, []);
    await expect(transfer(source, new PathConsumer({ directory }))).rejects.toMatchObject({ code: 'wrong_kind' });
    expect(readTree(directory)).toEqual({});
  });

  it('refuses states that are not of the kind, and leaves nothing behind', async () => {
    const directory = newFolder();
    const source = craftedSource(fileDescription(1), [{ data: Buffer.from('x'), state: { entry: 1, offset: 0 } }]);
    await expect(transfer(source, new PathConsumer({ directory }))).rejects.toThrow('fields');
    expect(readTree(directory)).toEqual({});
  });

  it('checks options at once', () => {
    expect(() => new PathConsumer({ directory: '' })).toThrow(expect.objectContaining({ code: 'invalid_argument' }));
  });
});
