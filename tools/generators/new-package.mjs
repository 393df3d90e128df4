// @ts-check
// `npm run new:adapter -- NAME`, `npm run new:transport -- NAME`: a package of this repository, from the templates of @towline/create.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { readJson, updateJson } from '@nx/devkit';
import { namesInside, Refusal, renderPackage } from '@towline/create';
import { binDirectory } from '../workspace.mjs';

/** @typedef {import('@nx/devkit').Tree} Tree */
/** @typedef {import('@nx/devkit').GeneratorCallback} GeneratorCallback */

/** Every list of all packages, and how it names one. @type {Record<string, (folder: string) => string>} */
const solutions = {
  'tsconfig.json': (folder) => `packages/${folder}`,
  'tsconfig.tests.json': (folder) => `packages/${folder}/tsconfig.test.json`,
  'tools/tsconfig.json': (folder) => `../packages/${folder}`,
};

/** @param {Tree} tree @param {{ name: string }} options */
export const newAdapter = (tree, { name }) => newPackage(tree, 'adapter', name);

/** @param {Tree} tree @param {{ name: string }} options */
export const newTransport = (tree, { name }) => newPackage(tree, 'transport', name);

/**
 * Nothing is on the disk before this returns: a name that is refused leaves no trace.
 * @param {Tree} tree
 * @param {import('@towline/create').Kind} kind
 * @param {string} name
 * @returns {GeneratorCallback} what is left to do when the files are there
 */
function newPackage(tree, kind, name) {
  const names = namesInside(kind, name);
  const folder = `packages/${names.folder}`;
  if (tree.exists(folder)) throw new Refusal(`${folder} exists: give another name`);
  const { version } = readJson(tree, 'packages/downloader-core/package.json');
  for (const [path, content] of renderPackage(names, 'inside', version)) tree.write(`${folder}/${path}`, content);
  tree.write(`${folder}/LICENSE`, tree.read('LICENSE') ?? '');
  for (const [path, toReference] of Object.entries(solutions)) addReference(tree, path, toReference(names.folder));
  return () => finish(tree.root, folder);
}

/**
 * References to packages are sorted, and before all others.
 * @param {Tree} tree
 * @param {string} path
 * @param {string} reference
 */
function addReference(tree, path, reference) {
  updateJson(tree, path, ({ references, ...rest }) => {
    /** @type {string[]} */
    const paths = references.map((/** @type {{ path: string }} */ { path }) => path);
    const isPackage = (/** @type {string} */ one) => one.includes('packages/');
    const sorted = [...[...paths.filter(isPackage), reference].toSorted(), ...paths.filter((one) => !isPackage(one))];
    return { ...rest, references: sorted.map((path) => ({ path })) };
  });
}

/**
 * Formats what was written, tells npm of the package (everything that it needs is installed already), and takes down its surface.
 * @param {string} root
 * @param {string} folder
 */
function finish(root, folder) {
  run(root, join(binDirectory, 'oxfmt'), [folder, ...Object.keys(solutions)]);
  run(root, 'npm', ['install', '--prefer-offline', '--no-audit', '--no-fund']);
  run(root, join(binDirectory, 'tsc'), ['-b']);
  run(root, process.execPath, ['tools/api/main.mjs', '--accept', folder.slice('packages/'.length)]);
  const next = `npx nx test ${folder.slice('packages/'.length)}, a row for it in README.md, npm run check`;
  console.log(`\n${folder} is here. Now: ${next}`);
}

/**
 * @param {string} root
 * @param {string} command
 * @param {readonly string[]} words
 */
function run(root, command, words) {
  const { status } = spawnSync(command, words, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0)
    throw new Error(`${command} ${words.join(' ')} failed: the files are written, run it again yourself`);
}
