import { mkdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { join, posix } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { checkEntries, sumOfSizes } from '../../src/tree/check.ts';
import {
  byPath,
  type FileEntry,
  type FolderEntry,
  type LinkEntry,
  type ManifestEntry,
} from '../../src/tree/entries.ts';
import { temporaryFolders } from '@towline/conformance/files';

const file = (path: string, size = 1): FileEntry => ({ type: 'file', path, size, executable: false, mtimeMs: 0 });
const folder = (path: string): FolderEntry => ({ type: 'folder', path, mtimeMs: 0 });
const link = (path: string, target: string): LinkEntry => ({ type: 'link', path, target });

const codeOf = (entries: readonly ManifestEntry[], platform: 'posix' | 'windows' = 'posix'): unknown => {
  try {
    checkEntries(entries, platform);
    return 'accepted';
  } catch (thrown) {
    return (thrown as { code: unknown }).code;
  }
};

describe('the list of a folder', () => {
  it('may be empty, and may hold empty folders', () => {
    expect(codeOf([])).toBe('accepted');
    expect(codeOf([folder('a'), folder('a/b')])).toBe('accepted');
  });

  it.each([
    ['a file twice', [file('a'), file('a')]],
    ['a file and a folder of one name', [file('a'), folder('a')]],
    ['a file below a file', [file('a'), file('a/b')]],
    ['a file below a link', [folder('b'), link('a', 'b'), file('a/c')]],
    ['a folder below a link', [folder('b'), link('a', 'b'), folder('a/c')]],
    ['a file in a folder that is not listed', [file('a/b')]],
    ['a folder after what is in it', [file('a/b'), folder('a')]],
  ])('with %s is refused', (_, entries) => {
    expect(codeOf(entries)).toBe('bad_manifest');
  });

  it.each(['../a', '/a', 'a//b', '', '.', 'a/../../b', 'a\0', 'x'.repeat(256)])(
    'with the path %j is refused',
    (path) => {
      for (const entry of [file(path), folder(path), link(path, 'x')]) {
        expect(codeOf([folder('a'), entry])).toBe('unsafe_name');
      }
    },
  );

  it('names the entry at fault, made safe to print', () => {
    expect(() => checkEntries([file('ok'), file('\u001b[31m/../x')], 'posix')).toThrow('"\\u{1b}[31m/../x"');
  });

  it.each([
    ['case', [file('README'), file('readme')]],
    ['normalisation', [file('caf\u00e9'), file('cafe\u0301')]],
    ['case of folders', [folder('A'), folder('a')]],
  ])('with names that differ only in %s is refused by the rules of Windows alone', (_, entries) => {
    expect(codeOf(entries, 'windows')).toBe('unsafe_name');
    expect(codeOf(entries, 'posix')).toBe('accepted');
  });

  it('may have names of one fold in different folders', () => {
    expect(codeOf([folder('a'), file('a/X'), folder('b'), file('b/x')], 'windows')).toBe('accepted');
  });

  it('whose sizes cannot be added is refused', () => {
    expect(sumOfSizes([file('a', 2), folder('b'), file('c', 3)])).toBe(5);
    expect(() => sumOfSizes([file('a', Number.MAX_SAFE_INTEGER), file('b', 1)])).toThrow('larger');
  });
});

describe('a symbolic link', () => {
  it.each([
    ['to a file beside it', [file('a'), link('l', 'a')]],
    ['to a folder', [folder('a'), link('l', 'a/')]],
    ['up and down again', [folder('a'), file('b'), link('a/l', '../b')]],
    ['to the folder itself', [folder('a'), link('a/l', '..')]],
    ['to nothing', [link('l', 'missing/file')]],
    ['to itself', [link('l', 'l')]],
    ['in a loop', [link('l', 'm'), link('m', 'l')]],
    ['through another link', [folder('a'), file('a/f'), link('l', 'a'), link('m', 'l/f')]],
    ['with needless parts', [file('a'), link('l', './/././a')]],
  ])('%s is kept', (_, entries) => {
    expect(codeOf(entries)).toBe('accepted');
  });

  it.each([
    ['absolute', [link('l', '/etc/passwd')]],
    ['to the folder above', [link('l', '..')]],
    ['to a neighbour of the folder', [link('l', '../other')]],
    ['from deeper, but still out', [folder('a'), link('a/l', '../../x')]],
    ['out and in again', [link('l', '../target/a'), file('a')]],
    [
      'out as text, though not as the system follows it',
      [folder('a'), folder('a/b'), link('l', 'a/b'), link('m', 'l/../..')],
    ],
    ['out through missing folders', [link('l', 'x/../../y')]],
    ['empty', [link('l', '')]],
    ['with a NUL', [link('l', 'a\0b')]],
    ['no valid Unicode', [link('l', '\ud800')]],
    ['too long', [link('l', 'a/'.repeat(2_100))]],
    ['of a chain that is too long', Array.from({ length: 70 }, (_, index) => link(`l${index}`, `l${index + 1}`))],
    [
      'through a link whose .. is elsewhere',
      [folder('a'), folder('a/b'), link('a/b/up', '../..'), link('l', 'a/b/up/..')],
    ],
    [
      'through a link that some disks find under another case',
      [folder('a'), folder('a/b'), link('a/b/up', '../..'), link('l', 'a/b/UP/..')],
    ],
  ])('%s is refused: it leads out or nowhere', (_, entries) => {
    expect(codeOf(entries)).toBe('link_refused');
  });

  it.each(['a\\b', 'C:', 'C:/x', '\\\\host\\share', '..\\..\\x'])(
    'to %j is refused by the rules of Windows',
    (target) => {
      expect(codeOf([link('l', target)], 'windows')).toBe('link_refused');
      expect(codeOf([link('l', target)], 'posix')).toBe('accepted');
    },
  );

  it('resolves in time that grows with the length of the list', () => {
    const long = Array.from({ length: 1_000 }, (_, index) => link(`a${index}`, `${'d/../'.repeat(500)}b`));
    const more = Array.from({ length: 20_000 }, (_, index) => link(`c${index}`, `a${index % 1_000}`));
    expect(codeOf([folder('d'), ...long, ...more])).toBe('accepted');
  });
});

describe('links that are accepted', () => {
  const newFolder = temporaryFolders(afterEach);
  // Few names, so that links meet folders and each other.
  const folders = ['a', 'a/b', 'c'].map((path) => folder(path));
  const places = ['l', 'm', 'a/l', 'a/m', 'a/b/l', 'a/b/m', 'c/l', 'c/m'];
  const linkArbitrary = fc
    .record({ path: fc.constantFrom(...places), to: fc.constantFrom('', 'a', 'a/b', 'c', ...places), up: fc.nat(2) })
    .map(({ path, to, up }) => link(path, `./${posix.relative(posix.dirname(path), to)}${'/..'.repeat(up)}`));
  const linksArbitrary = fc.uniqueArray(linkArbitrary, { selector: ({ path }) => path, minLength: 1, maxLength: 5 });

  it('C6 lead nowhere outside of the folder, as the file system itself follows them', () => {
    const root = newFolder();
    fc.assert(
      fc.property(linksArbitrary, (links) => {
        const entries = [...folders, ...links].toSorted(byPath);
        fc.pre(codeOf(entries) === 'accepted');
        const target = join(root, 'target');
        rmSync(target, { recursive: true, force: true });
        makeEntries(target, entries);
        for (const { path } of links) expectInside(target, join(target, path));
      }),
      { numRuns: 200 },
    );
  });
});

function makeEntries(target: string, entries: readonly ManifestEntry[]): void {
  mkdirSync(target);
  for (const { type, path } of entries) {
    if (type === 'folder') mkdirSync(join(target, path));
  }
  for (const entry of entries) if (entry.type === 'link') symlinkSync(entry.target, join(target, entry.path));
}

// Node's own realpath simplifies what a link says as text first; the native one is that of the system.
function expectInside(target: string, path: string): void {
  for (const follow of [realpathSync, realpathSync.native]) {
    const real = attempt(() => follow(path)) ?? target;
    expect(`${real}/`.startsWith(`${target}/`)).toBe(true);
  }
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
