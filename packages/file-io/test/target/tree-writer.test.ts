import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readTree, temporaryFolders } from '@towline/conformance/files';
import { afterEach, describe, expect, it } from 'vitest';
import { TreeWriter } from '../../src/target/tree-writer.ts';

const newFolder = temporaryFolders(afterEach);
const bytes = (text: string): Uint8Array[] => [Buffer.from(text)];

async function begun(): Promise<{ readonly writer: TreeWriter; readonly directory: string }> {
  const directory = newFolder();
  const target = { directory, path: join(directory, 'tree'), overwrite: false };
  const writer = new TreeWriter(target, false);
  await writer.begin([{ path: 'a' }, { path: 'a/b' }]);
  return { writer, directory };
}

describe('a tree that is written', () => {
  it('takes pieces of files in any order, and more files at a time than are kept open', async () => {
    const { writer, directory } = await begun();
    const files = Array.from({ length: 30 }, (_, at) => ({ path: `a/b/${at}`, size: 4, executable: at === 1 }));
    for (const [key, file] of files.entries()) await writer.write(key, file, 2, bytes('cd'));
    for (const [key, file] of files.entries()) await writer.write(key, file, 0, bytes('ab'));
    await writer.publish({
      folders: [{ path: 'a', mtimeMs: 1_000 }, { path: 'a/b' }],
      links: [{ path: 'l', target: 'a/b/0' }],
    });
    const tree = readTree(join(directory, 'tree'));
    expect(tree).toMatchObject({ a: null, 'a/b': null, l: '-> a/b/0', 'a/b/0': 'abcd', 'a/b/29': 'abcd' });
    expect(Object.keys(tree)).toHaveLength(33);
    expect(statSync(join(directory, 'tree/a')).mtimeMs).toBe(1_000);
    expect(statSync(join(directory, 'tree/a/b/1')).mode & 0o111).toBe(0o111 & ~process.umask());
    expect(readdirSync(directory)).toEqual(['tree']);
  });

  it('finishes a file once, also when its last pieces are written at the same time', async () => {
    const { writer, directory } = await begun();
    const file = { path: 'x', size: 6, executable: false };
    await Promise.all([0, 2, 4].map((at) => writer.write(0, file, at, bytes('zz'))));
    await writer.write(1, { path: 'empty', size: 0, executable: false }, 0, []);
    await writer.publish({ folders: [], links: [] });
    expect(readTree(join(directory, 'tree'))).toMatchObject({ x: 'zzzzzz', empty: '' });
  });

  it('has holes for zeros, and its full size', async () => {
    const { writer, directory } = await begun();
    const file = { path: 'sparse', size: 1_000_000, executable: false };
    await writer.write(0, file, 0, [Buffer.from('x'), new Uint8Array(999_999)]);
    await writer.publish({ folders: [], links: [] });
    const { size, blocks } = statSync(join(directory, 'tree/sparse'));
    expect([size, blocks * 512 < 500_000]).toEqual([1_000_000, true]);
  });

  it('I4 is nowhere to be seen until it is published, and nothing is left of one that is abandoned', async () => {
    const { writer, directory } = await begun();
    await writer.write(0, { path: 'a/x', size: 10, executable: false }, 0, bytes('part'));
    expect(readdirSync(directory)).toEqual([expect.stringMatching(/^\.towline-.*\.part$/u)]);
    await writer.abandon();
    expect(readdirSync(directory)).toEqual([]);
  });

  it('refuses a name that this disk cannot tell from another', async () => {
    const { writer } = await begun();
    await writer.write(0, { path: 'x', size: 1, executable: false }, 0, bytes('1'));
    const again = writer.write(1, { path: 'x', size: 1, executable: false }, 0, bytes('2'));
    await expect(again).rejects.toMatchObject({ code: 'unsafe_name' });
    await writer.abandon();
  });
});
