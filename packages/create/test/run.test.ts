import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { run } from '../src/run.ts';
import { TemporaryFolder } from './support/temporary-folder.ts';

const folder = new TemporaryFolder();
afterEach(() => folder.empty());

/** How a call ended, and what it said. */
function create(...words: readonly string[]) {
  const said = { code: 0, said: '', complained: '' };
  said.code = run(words, {
    directory: folder.path,
    say: (text) => (said.said += text),
    complain: (text) => (said.complained += text),
  });
  return said;
}

const refused = (...words: readonly string[]) => {
  const before = folder.files;
  const { code, said, complained } = create(...words);
  expect({ code, said }).toEqual({ code: 2, said: '' });
  expect(folder.files).toEqual(before);
  return complained;
};

describe('create', () => {
  it('makes a package in a folder of its name, and says what comes next', () => {
    const { code, said } = create('adapter', 'rows');
    expect(code).toBe(0);
    expect(said).toContain('cd towline-adapter-rows\n  npm install\n  npm test');
    expect(folder.files).toContain('towline-adapter-rows/src/rows.ts');
  });

  it('takes a folder that is there and empty', () => {
    mkdirSync(join(folder.path, 'rows'));
    expect(create('transport', '@you/rows').code).toBe(0);
    expect(folder.files).toContain('rows/src/rows-transport.ts');
  });

  it('refuses a folder that is not empty, and leaves it alone', () => {
    folder.write('towline-adapter-rows/mine.txt', 'mine');
    expect(refused('adapter', 'rows')).toContain('is not empty');
  });

  it('refuses a file of that name', () => {
    folder.write('towline-adapter-rows', 'mine');
    expect(refused('adapter', 'rows')).toContain('is no folder');
  });

  it('takes the packages of Towline from a folder of tarballs', () => {
    for (const name of ['conformance', 'downloader-core', 'transport-memory'])
      folder.write(`packed/towline-${name}-0.1.0.tgz`, '');
    expect(create('adapter', 'rows', '--from', 'packed').code).toBe(0);
    const manifest = readFileSync(join(folder.path, 'towline-adapter-rows/package.json'), 'utf8');
    const tarball = join(folder.path, 'packed/towline-conformance-0.1.0.tgz');
    expect(JSON.parse(manifest)).toMatchObject({ devDependencies: { '@towline/conformance': `file:${tarball}` } });
  });

  it('refuses a folder without tarballs', () => {
    expect(refused('adapter', 'rows', '--from', 'missing')).toContain('cannot be read');
  });

  it.each([
    [[], 'adapter or transport'],
    [['codec', 'rows'], 'adapter or transport'],
    [['adapter'], 'say the name'],
    [['adapter', 'rows', 'more'], 'more is too much'],
    [['adapter', 'rows', '--planted'], '--planted'],
    [['adapter', 'rows', '--from'], '--from'],
    [['adapter', '@towline/rows'], 'is not yours'],
    [['adapter', '../rows'], 'is no name for a package'],
  ])('refuses %j and says why', (words, why) => {
    expect(refused(...words)).toContain(why);
  });

  it('prints what it can do', () => {
    expect(create('--help')).toMatchObject({ code: 0, complained: '' });
    expect(create('--help').said).toContain('npm create @towline transport NAME');
  });
});
