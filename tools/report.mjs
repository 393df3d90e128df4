// @ts-check
import { pathToFileURL } from 'node:url';

/**
 * Prints what a check found, one line each, and makes the process fail when there is anything.
 * @param {string} name
 * @param {readonly string[]} violations
 */
export function report(name, violations) {
  for (const violation of violations) console.error(violation);
  console.log(violations.length === 0 ? `${name}: ok` : `${name}: ${violations.length} violation(s)`);
  if (violations.length > 0) process.exitCode = 1;
}

/**
 * Whether a module is the program that was started, not one that a test imports.
 * @param {ImportMeta} meta
 */
export const isMain = (meta) => meta.url === pathToFileURL(process.argv[1] ?? '').href;
