import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Refusal } from '../src/refusal.ts';
import { readTarballs, withTarballs } from '../src/tarballs.ts';
import { TemporaryFolder } from './support/temporary-folder.ts';

const folder = new TemporaryFolder();
afterEach(() => folder.empty());

const manifest = JSON.stringify({
  devDependencies: { '@towline/conformance': '^0.1.0', '@towline/downloader-core': '^0.1.0', typescript: '^7.0.2' },
  peerDependencies: { '@towline/downloader-core': '^0.1.0' },
});

describe('a folder of tarballs', () => {
  it('gives them by the names of their packages', () => {
    folder.write('towline-downloader-core-0.1.0.tgz', '');
    folder.write('towline-file-io-1.0.0-rc.1.tgz', '');
    folder.write('another-1.0.0.tgz', '');
    expect([...readTarballs(folder.path)]).toEqual([
      ['@towline/downloader-core', join(folder.path, 'towline-downloader-core-0.1.0.tgz')],
      ['@towline/file-io', join(folder.path, 'towline-file-io-1.0.0-rc.1.tgz')],
    ]);
  });

  it('is refused when there are none, or it is missing', () => {
    expect(() => readTarballs(folder.path)).toThrow(Refusal);
    expect(() => readTarballs(join(folder.path, 'missing'))).toThrow('cannot be read');
  });

  it('is refused with two versions of one package', () => {
    folder.write('towline-cli-0.1.0.tgz', '');
    folder.write('towline-cli-0.2.0.tgz', '');
    expect(() => readTarballs(folder.path)).toThrow('two versions of @towline/cli');
  });
});

describe('a manifest with tarballs', () => {
  it('has its own dependencies as files, what they bring as overrides, and the peer as a range', () => {
    const tarballs = new Map(
      ['conformance', 'downloader-core', 'transport-memory'].map((name) => [`@towline/${name}`, `${name}.tgz`]),
    );
    expect(JSON.parse(withTarballs(manifest, tarballs))).toEqual({
      devDependencies: {
        '@towline/conformance': 'file:conformance.tgz',
        '@towline/downloader-core': 'file:downloader-core.tgz',
        typescript: '^7.0.2',
      },
      peerDependencies: { '@towline/downloader-core': '^0.1.0' },
      overrides: { '@towline/transport-memory': 'file:transport-memory.tgz' },
    });
  });

  it('is refused when one is missing', () => {
    const tarballs = new Map([['@towline/downloader-core', 'core.tgz']]);
    expect(() => withTarballs(manifest, tarballs)).toThrow('no tarball of @towline/conformance');
  });
});
