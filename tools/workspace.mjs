// @ts-check
// What the tools know about the workspace, read from the packages' own manifests.
import { readFileSync, readdirSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const rootDirectory = fileURLToPath(new URL('..', import.meta.url));
/** Where the commands of installed packages are. */
export const binDirectory = join(rootDirectory, 'node_modules/.bin');
export const scope = '@towline/';
export const sourceCondition = '@towline/source';

/**
 * @typedef {object} Manifest The fields of a package.json that the tools read.
 * @property {string} name
 * @property {Record<string, string | Record<string, string>>} [exports]
 * @property {Record<string, string>} [bin]
 * @property {string[]} [files]
 * @property {Record<string, string>} [dependencies]
 * @property {Record<string, string>} [devDependencies]
 * @property {Record<string, string>} [peerDependencies]
 * @property {{ tags?: string[], implicitDependencies?: string[] }} [nx]
 */

/**
 * @typedef {object} Package
 * @property {string} folder name of the folder under `packages/`
 * @property {string} directory absolute path
 * @property {Manifest} manifest
 */

/**
 * Every package of the workspace, in order of folder name.
 * @param {string} [root]
 * @returns {Package[]}
 */
export function readPackages(root = rootDirectory) {
  const packagesDirectory = join(root, 'packages');
  return readdirSync(packagesDirectory)
    .filter((folder) => existsSync(join(packagesDirectory, folder, 'package.json')))
    .toSorted()
    .map((folder) => ({
      folder,
      directory: join(packagesDirectory, folder),
      manifest: JSON.parse(readFileSync(join(packagesDirectory, folder, 'package.json'), 'utf8')),
    }));
}

/**
 * The public entries of a package: subpath (`.`, `./spi`) to source file relative to the package.
 * @param {Manifest} manifest
 * @returns {Map<string, string>}
 */
export function sourceEntries(manifest) {
  /** @type {Map<string, string>} */
  const entries = new Map();
  for (const [subpath, target] of Object.entries(manifest.exports ?? {})) {
    const source = typeof target === 'object' ? target[sourceCondition] : undefined;
    if (source !== undefined) entries.set(subpath, source);
  }
  return entries;
}

/**
 * Names of our own packages among a set of dependencies.
 * @param {...(Record<string, string> | undefined)} sets
 * @returns {string[]} sorted, without repeats
 */
export function ownDependencies(...sets) {
  const names = sets.flatMap((set) => Object.keys(set ?? {})).filter((name) => name.startsWith(scope));
  return [...new Set(names)].toSorted();
}
