// @ts-check
// `npm run api:reference [-- FOLDER]`: the API reference as pages for a browser, from the doc comments of all packages.
// TypeDoc wants a TypeScript that the workspace does not have: both are in tools/api-reference, with a lock file of their own.
import { spawnSync } from 'node:child_process';
import { join, relative, resolve } from 'node:path';
import { isInstallStale } from '../ensure-installed.mjs';
import { isMain } from '../report.mjs';
import { readPackages, rootDirectory, sourceEntries } from '../workspace.mjs';

const toolDirectory = join(rootDirectory, 'tools/api-reference');

/**
 * Removes what is in the folder, then writes the reference. A warning fails it: a link that leads nowhere, a name that stands in a signature and is not exported.
 * @param {string} directory
 * @returns {number | null} the exit code
 */
function writeReference(directory) {
  if (isInstallStale(toolDirectory)) run('npm', ['ci', '--prefer-offline']);
  const packages = readPackages().filter(({ manifest }) => sourceEntries(manifest).size > 0);
  const entryPoints = packages.flatMap((pkg) => ['--entryPoints', pkg.directory]);
  return run(join(toolDirectory, 'node_modules/.bin/typedoc'), [...entryPoints, '--out', directory]);
}

/**
 * @param {string} command
 * @param {readonly string[]} words
 */
const run = (command, words) => spawnSync(command, words, { cwd: toolDirectory, stdio: 'inherit' }).status;

if (isMain(import.meta)) {
  const directory = resolve(process.argv[2] ?? join(rootDirectory, 'docs/api/reference'));
  process.exitCode = writeReference(directory) ?? 1;
  if (process.exitCode === 0) console.log(`open ${join(relative(process.cwd(), directory), 'index.html')}`);
}
