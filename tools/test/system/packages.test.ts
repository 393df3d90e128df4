import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packAll } from '../../release/pack.mjs';
import { readPackages } from '../../workspace.mjs';
import { InstalledProject } from '../support/installed.ts';

const folder = mkdtempSync(join(tmpdir(), 'towline-packages-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const tarballs = packAll(join(folder, 'tarballs'));
const packages = readPackages();

/** A package with what of ours it declares, and that again: what a stranger names in one `npm install`. */
function withOwn(name: string, found = new Set<string>()): ReadonlySet<string> {
  if (found.has(name)) return found;
  found.add(name);
  const { dependencies = {}, peerDependencies = {} } =
    packages.find(({ manifest }) => manifest.name === name)?.manifest ?? {};
  for (const own of Object.keys({ ...dependencies, ...peerDependencies })) if (tarballs.has(own)) withOwn(own, found);
  return found;
}

const ofCore = ['@msgpack/msgpack', 'xxhash-wasm', 'zod'];

/** What brings more or less with it than core does, ours aside. Anything more is a surprise for whoever installs it. */
const brings: Readonly<Record<string, readonly string[]>> = {
  '@towline/cli': [...ofCore, 'commander'],
  '@towline/create': [],
};

/** They run, and are not imported. */
const commands = new Set(packages.filter(({ manifest }) => manifest.bin).map(({ manifest }) => manifest.name));

/** Entries that need more than what is installed alone, and say so. */
const needsMore = new Set(['@towline/adapter-arrow', '@towline/adapter-arrow/node', '@towline/conformance/vitest']);

describe.each(packages.map(({ manifest }) => manifest))('$name, installed alone', ({ name, exports = {} }) => {
  const own = [...withOwn(name)];
  let project: InstalledProject;
  beforeAll(() => {
    const needed = own.map((one) => tarballs.get(one) ?? '');
    project = new InstalledProject(join(folder, name.replace('/', '-')), needed);
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

describe('two copies of core in one process', () => {
  it('work together', () => {
    const core = tarballs.get('@towline/downloader-core') ?? '';
    const own = ['@towline/downloader-core', '@towline/transport-memory'].map((one) => tarballs.get(one) ?? '');
    const project = new InstalledProject(join(folder, 'two'), own);
    const another = new InstalledProject(join(folder, 'two', 'other'), [core]);
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
