import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { diskErrorCodes } from '@towline/file-io';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPackages, rootDirectory } from '../../workspace.mjs';
import { InstalledProject } from '../support/installed.ts';
import { PackedPackages } from '../support/packed-packages.ts';

const folder = mkdtempSync(join(tmpdir(), 'towline-packages-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }), 180_000);
const packed = new PackedPackages(join(folder, 'tarballs'));
const packages = readPackages();

const ofCore: readonly string[] = [];
const ofTensors = ['xxhash-wasm'];

/** What brings more or less with it than core does, ours aside. Anything more is a surprise for whoever installs it. */
const brings: Readonly<Record<string, readonly string[]>> = {
  '@towline/adapter-tensor': ofTensors,
  '@towline/cli': [...ofTensors, 'commander'],
  '@towline/conformance': ['@msgpack/msgpack'],
  '@towline/create': [],
};

/** They run, and are not imported. */
const commands = new Set(packages.filter(({ manifest }) => manifest.bin).map(({ manifest }) => manifest.name));

/** Entries that need more than what is installed alone, and say so. */
const needsMore = new Set(['@towline/adapter-arrow', '@towline/adapter-arrow/node', '@towline/conformance/vitest']);

describe.each(packages.map(({ manifest }) => manifest))('$name, installed alone', ({ name, exports = {} }) => {
  const own = packed.withOwn(name);
  let project: InstalledProject;
  beforeAll(() => {
    project = new InstalledProject(join(folder, name.replace('/', '-')), packed.specifiers(...own));
  });
  const entries = Object.keys(exports).filter((entry) => entry !== './package.json');
  const specifiers = entries.map((entry) => name + entry.slice(1)).filter((entry) => !needsMore.has(entry));

  it('brings what it imports, and nothing else', () => {
    console.log(`${name}: ${project.kibibytes} KiB installed with what it needs`);
    expect([...project.packages].toSorted()).toEqual([...own, ...(brings[name] ?? ofCore)].toSorted());
  });

  it('has entries that load', () => {
    project.write('load.js', specifiers.map((entry) => `await import('${entry}');`).join('\n'));
    expect(project.node('load.js')).toEqual({ status: 0, output: '' });
  });

  it.each([
    ['NodeNext', 'NodeNext'],
    ['ESNext', 'Bundler'],
  ] as const)('has types that an application compiles against (%s, %s)', (module, resolution) => {
    const imports = specifiers.map((entry, at) => `import * as entry${at} from '${entry}';\nvoid entry${at};`);
    project.write('application.ts', [...imports, 'export {};'].join('\n'));
    expect(project.compile('application.ts', module, resolution)).toEqual({ status: 0, output: '' });
  });

  it('has entries of which nothing is left in a bundle that uses nothing of them', async () => {
    const { build } = await import('vite');
    for (const [at, entry] of specifiers.entries()) {
      project.write(`empty-${at}.js`, `import '${entry}';`);
      const output = await build({
        root: project.path,
        configFile: false,
        logLevel: 'silent',
        build: { write: false, ssr: true, rollupOptions: { input: join(project.path, `empty-${at}.js`) } },
        ssr: { noExternal: true },
      });
      const [chunk] = 'output' in output ? output.output : [];
      expect({ entry, code: chunk?.type === 'chunk' ? chunk.code.trim() : 'no chunk' }).toEqual({
        entry,
        code: 'export {};',
      });
    }
  });

  it('is published without the condition of this repository', () => {
    const look = `import { readFileSync } from 'node:fs';
      const manifest = JSON.parse(readFileSync('node_modules/${name}/package.json', 'utf8'));
      console.log(JSON.stringify(manifest.exports ?? {}).includes('@towline/source'), String(manifest.sideEffects));`;
    project.write('look.js', look);
    const sideEffects = commands.has(name) ? './dist/main.js' : 'false';
    expect(project.node('look.js').output.trim()).toBe(`false ${sideEffects}`);
  });
});

const memory = '@towline/transport-memory';
/** sha256 of a megabyte of zeros. */
const ofZeros = createHash('sha256').update(new Uint8Array(1_000_000)).digest('hex');

/** What the first program of a README says, and what it needs beside its package. */
const programs: Readonly<Record<string, { readonly output: string; readonly needs?: readonly string[] }>> = {
  '@towline/adapter-arrow': {
    output: "2 [ 'city', 'price' ]\ncompleted\n",
    needs: [memory, `apache-arrow@${arrowVersion()}`],
  },
  '@towline/adapter-file': { output: `1000000 ${ofZeros}\ncompleted\n`, needs: [memory] },
  '@towline/adapter-tensor': { output: '[ 4 ]\ncompleted\n', needs: [memory] },
  '@towline/conformance': { output: '' },
  '@towline/downloader-core': { output: 'hello\ncompleted\n', needs: [memory] },
  '@towline/file-io': { output: `${diskErrorCodes.no_space.action}\n` },
  '@towline/transport-memory': { output: 'hello\ncompleted\n' },
  '@towline/transport-tcp': { output: '1000000\ncompleted\n', needs: ['@towline/adapter-file'] },
};

/** As this repository's own tests have it. */
function arrowVersion(): string {
  const manifest = JSON.parse(readFileSync(join(rootDirectory, 'package.json'), 'utf8'));
  return manifest.devDependencies['apache-arrow'];
}

const readmeOf = (directory: string): string => readFileSync(join(directory, 'README.md'), 'utf8');

describe.each(packages.filter(({ manifest }) => !commands.has(manifest.name)))(
  'the README of $manifest.name',
  ({ directory, manifest: { name } }) => {
    it('has a first program that an application compiles, and that runs', () => {
      const [, language, program = ''] = /^```(ts|js)\n(.*?)^```$/msu.exec(readmeOf(directory)) ?? [];
      const { output, needs = [] } = programs[name] ?? { output: 'no such program' };
      const installed = packed.specifiers(...packed.withOwn(name, ...needs));
      const project = new InstalledProject(join(folder, 'readme', name.replace('/', '-')), installed);
      project.write('first.js', program);
      expect(project.node('first.js')).toEqual({ status: 0, output });
      if (language === 'js') return;
      project.write('first.ts', program);
      expect(project.compile('first.ts', 'NodeNext', 'NodeNext')).toEqual({ status: 0, output: '' });
    });
  },
);

it.each(packages)(
  'the README of $manifest.name has a book for those who use it, and one for those who build on it',
  ({ directory }) => {
    const headings = readmeOf(directory).match(/^#+ .*$/gmu) ?? [];
    expect(headings.filter((heading) => /^## For those who use it$|^# Book one: /u.test(heading))).toHaveLength(1);
    expect(headings.filter((heading) => /^## For those who build on it$|^# Book two: /u.test(heading))).toHaveLength(1);
  },
);

describe('two copies of core in one process', () => {
  it('work together', () => {
    const own = packed.specifiers('@towline/downloader-core', '@towline/transport-memory');
    const project = new InstalledProject(join(folder, 'two'), own);
    const another = new InstalledProject(join(folder, 'two', 'other'), own.slice(0, 1));
    const other = join(another.path, 'node_modules/@towline/downloader-core/dist');
    project.write(
      'two.js',
      `import { DownloadService, consumer } from '@towline/downloader-core';
      import { MemoryNetwork } from '@towline/transport-memory';
      import { DownloadService as Other, downloadObject } from '${other}/index.js';
      import { downloadable } from '${other}/spi.js';
      const network = new MemoryNetwork();
      const owner = new DownloadService({ transport: network.endpoint('owner') });
      const receiver = new Other({ transport: network.endpoint('receiver') });
      const object = {
        [downloadable]: true,
        maxChunkBytes: 100,
        stateSchema: { parse: (input) => input },
        produce: (state) => (state ? { status: 'eof' } : { status: 'ok', data: new Uint8Array(3), state: { at: 1 } }),
      };
      let bytes = 0;
      const target = {
        [consumer]: true,
        consume: (data) => void (bytes += data[0].byteLength),
        downloadCompleted: () => bytes,
        downloadFailed() {},
      };
      const transaction = owner.newTransaction({ timeoutMs: 5000, receiverCount: 1 });
      const got = await downloadObject(receiver, transaction.addObject(object), target);
      console.log(got, (await transaction.complete()).status, DownloadService === Other);
      await Promise.all([owner.shutdown(), receiver.shutdown()]);`,
    );
    expect(project.node('two.js')).toEqual({ status: 0, output: '3 completed false\n' });
  });
});
