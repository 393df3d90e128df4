// @ts-check
// `node tools/release/pack.mjs DIRECTORY`: every package as a tarball, as it is published. Built packages are expected.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { readPackages, sourceCondition } from '../workspace.mjs';

/** @typedef {import('../workspace.mjs').Package} Package */

/**
 * Packs all packages into a folder. Gives the tarball of each by its name.
 * @param {string} directory made if missing
 * @returns {Map<string, string>}
 */
export function packAll(directory) {
  mkdirSync(directory, { recursive: true });
  return new Map(readPackages().map((pkg) => [pkg.manifest.name, pack(pkg, resolve(directory))]));
}

/**
 * @param {Package} pkg
 * @param {string} directory
 */
function pack({ directory: source, manifest }, directory) {
  const stage = mkdtempSync(join(tmpdir(), 'towline-pack-'));
  try {
    for (const name of [...foldersOf(manifest), 'README.md', 'LICENSE'])
      cpSync(join(source, name), join(stage, name), { recursive: true });
    writeFileSync(join(stage, 'package.json'), `${JSON.stringify(published(manifest), undefined, 2)}\n`);
    const [packed] = JSON.parse(npm(['pack', '--json', '--pack-destination', directory], stage));
    return join(directory, packed.filename);
  } finally {
    rmSync(stage, { recursive: true });
  }
}

/**
 * What a package ships, without the exceptions within it.
 * @param {Package['manifest']} manifest
 */
const foldersOf = ({ files = [] }) => files.filter((name) => !name.startsWith('!'));

/**
 * The manifest as others see it: without the condition under which this repository finds its sources, and without what only it needs.
 * @param {Record<string, any>} manifest
 */
function published({ exports, nx: _nx, devDependencies: _dev, ...manifest }) {
  const entries = Object.entries(exports).map(([entry, target]) => {
    if (typeof target === 'string') return [entry, target];
    return [entry, Object.fromEntries(Object.entries(target).filter(([condition]) => condition !== sourceCondition))];
  });
  return { ...manifest, exports: Object.fromEntries(entries) };
}

/**
 * @param {readonly string[]} words
 * @param {string} cwd
 */
function npm(words, cwd) {
  return execFileSync('npm', words, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
}

const [target] = process.argv.slice(2);
if (process.argv[1]?.endsWith('pack.mjs') && target) {
  for (const [name, tarball] of packAll(target)) console.log(`${name}  ${tarball}`);
}
