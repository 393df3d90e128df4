import { describe, expect, it } from 'vitest';
import type { ManifestEntry } from '@towline/file-io';
import { select } from '../../src/manifest/selection.ts';

const file = (path: string, size: number): ManifestEntry => ({
  type: 'file',
  path,
  size,
  executable: false,
  mtimeMs: 0,
});
const folder = (path: string): ManifestEntry => ({ type: 'folder', path, mtimeMs: 0 });

const entries: readonly ManifestEntry[] = [
  folder('a'),
  folder('a/b'),
  file('a/b/one.txt', 1),
  file('a/two.bin', 2),
  folder('empty'),
  { type: 'link', path: 'link', target: 'a' },
  file('three.txt', 4),
];
const paths = (only?: readonly string[]): string[] => select(entries, only).entries.map(({ path }) => path);

describe('the selected part of a folder', () => {
  it('is all of it when nothing is asked for', () => {
    expect(select(entries)).toEqual({
      entries,
      files: [
        { entry: 2, size: 1 },
        { entry: 3, size: 2 },
        { entry: 6, size: 4 },
      ],
      totalBytes: 7,
    });
  });

  it('brings the folders on the way', () => {
    expect(paths(['a/b/one.txt'])).toEqual(['a', 'a/b', 'a/b/one.txt']);
    expect(select(entries, ['*.txt'])).toMatchObject({ files: [{ entry: 2 }, { entry: 6 }], totalBytes: 5 });
  });

  it('brings all that is in a folder that matches', () => {
    expect(paths(['a'])).toEqual(['a', 'a/b', 'a/b/one.txt', 'a/two.bin']);
    expect(paths(['a/b'])).toEqual(['a', 'a/b', 'a/b/one.txt']);
  });

  it('may be an empty folder or a link', () => {
    expect(paths(['empty', 'link'])).toEqual(['empty', 'link']);
  });

  it('may be nothing', () => {
    expect(select(entries, ['nothing'])).toEqual({ entries: [], files: [], totalBytes: 0 });
  });
});
