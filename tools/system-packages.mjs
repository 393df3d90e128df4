// @ts-check
// What tests need from the system. Run as a program it gets what is missing from the packages of Debian or Ubuntu, as root:
// node tools/system-packages.mjs
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { isMain } from './report.mjs';

/** Packages by name, each with the commands of which one is enough. */
const needed = {
  chromium: ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'],
};

/**
 * Where a command of a package is, or nothing when the package is not there.
 * @param {keyof typeof needed} packageName
 * @param {string} [path] the folders to look in, as in the variable PATH
 */
export function commandOf(packageName, path = process.env['PATH'] ?? '') {
  const folders = path.split(delimiter).filter((folder) => folder !== '');
  const places = needed[packageName].flatMap((command) => folders.map((folder) => join(folder, command)));
  return places.find(isExecutable);
}

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** @param {readonly string[]} words */
function aptGet(...words) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const { status, error } = spawnSync('apt-get', words, { env, stdio: 'inherit' });
  if (error) throw new Error('apt-get cannot be started: install what is missing by hand', { cause: error });
  return status === 0;
}

/**
 * Installs packages, without what they merely recommend. Throws when they cannot be installed.
 * @param {readonly string[]} names
 * @param {(...words: readonly string[]) => boolean} [apt] whether a command of apt-get succeeded
 */
export function installPackages(names, apt = aptGet) {
  const install = () => apt('install', '--yes', '--no-install-recommends', ...names);
  // The lists of packages may be missing, or name versions that are gone; only then are they worth the time.
  const isDone = install() || (apt('update') && install());
  if (!isDone) throw new Error(`apt-get could not install ${names.join(', ')}`);
}

if (isMain(import.meta)) {
  const names = /** @type {(keyof typeof needed)[]} */ (Object.keys(needed));
  const missing = names.filter((name) => commandOf(name) === undefined);
  if (missing.length > 0) installPackages(missing);
  for (const name of names) console.log(`${name}: ${commandOf(name) ?? 'still missing'}`);
  if (names.some((name) => commandOf(name) === undefined)) process.exitCode = 1;
}
