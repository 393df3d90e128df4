// @ts-check
// Lets one command work on a fresh clone: installs what package-lock.json says when node_modules is missing or older.
import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { rootDirectory } from './workspace.mjs';

/** @param {string} path */
const modifiedMs = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/**
 * Whether the installed tree is absent or older than the lock file.
 * @param {string} root
 */
export function isInstallStale(root) {
  return modifiedMs(join(root, 'node_modules/.package-lock.json')) < modifiedMs(join(root, 'package-lock.json'));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href && isInstallStale(rootDirectory)) {
  execFileSync('npm', ['ci'], { cwd: rootDirectory, stdio: 'inherit' });
}
