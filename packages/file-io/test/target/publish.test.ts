import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { publishFile, publishFolder } from '../../src/target/publish.ts';
import { makeTree, readTree } from '@towline/conformance/files';
import { temporaryFolders } from '@towline/conformance/files';

const newFolder = temporaryFolders(afterEach);
const targetIn = (directory: string, overwrite = false) => ({ directory, path: join(directory, 'target'), overwrite });

describe('giving a file its name', () => {
  it('moves it there', async () => {
    const directory = newFolder();
    makeTree(directory, { part: 'new' });
    await publishFile(join(directory, 'part'), targetIn(directory));
    expect(readTree(directory)).toEqual({ target: 'new' });
  });

  it.each([
    ['a file', (path: string) => writeFileSync(path, 'old')],
    ['a folder', (path: string) => mkdirSync(path)],
    ['a link to nothing', (path: string) => symlinkSync('nowhere', path)],
    ['a link to a file', (path: string) => symlinkSync('part', path)],
  ])('I4 never replaces %s that somebody made meanwhile', async (_, make) => {
    const directory = newFolder();
    makeTree(directory, { part: 'new' });
    make(join(directory, 'target'));
    const before = readTree(directory);
    await expect(publishFile(join(directory, 'part'), targetIn(directory))).rejects.toMatchObject({
      code: 'target_exists',
    });
    expect(readTree(directory)).toEqual(before);
  });

  it('replaces a file when told, and a link itself, not what it points to', async () => {
    const directory = newFolder();
    makeTree(directory, { part: 'new', other: 'other', target: '-> other' });
    await publishFile(join(directory, 'part'), targetIn(directory, true));
    expect(readTree(directory)).toEqual({ other: 'other', target: 'new' });
  });
});

describe('giving a folder its name', () => {
  it('moves it there', async () => {
    const directory = newFolder();
    makeTree(directory, { 'part/a': 'new' });
    await publishFolder(join(directory, 'part'), targetIn(directory), join(directory, 'replaced'));
    expect(readTree(directory)).toEqual({ target: null, 'target/a': 'new' });
  });

  it.each([
    ['a file', { target: 'old' }],
    ['an empty folder', { target: null }],
    ['a folder', { 'target/b': 'old' }],
    ['a link', { target: '-> nowhere' }],
  ])('I4 never replaces %s that somebody made meanwhile', async (_, there) => {
    const directory = newFolder();
    makeTree(directory, { 'part/a': 'new', ...there });
    const before = readTree(directory);
    const publishing = publishFolder(join(directory, 'part'), targetIn(directory), join(directory, 'replaced'));
    await expect(publishing).rejects.toMatchObject({ code: 'target_exists' });
    expect(readTree(directory)).toEqual(before);
  });

  it('moves what it replaces aside when told to overwrite', async () => {
    const directory = newFolder();
    makeTree(directory, { 'part/a': 'new', 'target/b': 'old' });
    await publishFolder(join(directory, 'part'), targetIn(directory, true), join(directory, 'replaced'));
    expect(readTree(directory)).toEqual({ replaced: null, 'replaced/b': 'old', target: null, 'target/a': 'new' });
  });

  it('I4 puts back what it moved aside when it fails', async () => {
    const directory = newFolder();
    makeTree(directory, { 'target/b': 'old' });
    const publishing = publishFolder(
      join(directory, 'missing'),
      targetIn(directory, true),
      join(directory, 'replaced'),
    );
    await expect(publishing).rejects.toMatchObject({ code: 'ENOENT' });
    expect(readFileSync(join(directory, 'target/b'), 'utf8')).toBe('old');
    expect(readTree(directory)).toEqual({ target: null, 'target/b': 'old' });
  });

  it('I4 leaves no empty folder where the name was free but moving failed', async () => {
    const directory = newFolder();
    await expect(publishFolder(join(directory, 'missing'), targetIn(directory), join(directory, 'x'))).rejects.toThrow(
      'ENOENT',
    );
    expect(readTree(directory)).toEqual({});
  });
});
