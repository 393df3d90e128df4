// @ts-check
// Tracked text names no machine's paths and no registry's host: they mean nothing elsewhere, and tell too much.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMain, report } from './report.mjs';
import { rootDirectory } from './workspace.mjs';

// Written with classes of one letter, so that this file does not contain what it forbids.
const forbidden = [
  { what: 'an absolute path', pattern: /(?<![\w.~:/@-])\/(?:[w]ork|[h]ome|[r]oot|[U]sers)\/[\w.-]/ },
  { what: 'an absolute path', pattern: /\b[A-Z]:\\[U]sers\\/ },
  { what: 'a registry host', pattern: /\b[r]egistry\.[\w-]+\.[a-z]{2,}/i },
  { what: 'a registry host', pattern: /"resolved": "[h]ttps?:/ },
  { what: 'a registry host', pattern: /\b[\w.-]*(?:[a]rtifactory|[j]frog)[\w.-]*\.[a-z]{2,}/i },
];

/**
 * @param {string} path
 * @param {string} text
 * @returns {string[]} one line for each violation
 */
export function textViolations(path, text) {
  return text
    .split('\n')
    .flatMap((line, index) =>
      forbidden.filter(({ pattern }) => pattern.test(line)).map(({ what }) => `${path}:${index + 1}: names ${what}`),
    );
}

/** @returns {string[]} paths of tracked files that are text */
function trackedTextFiles() {
  const listed = execFileSync('git', ['grep', '-Il', '--cached', '-e', ''], { cwd: rootDirectory, encoding: 'utf8' });
  return listed.split('\n').filter((path) => path !== '' && existsSync(join(rootDirectory, path)));
}

if (isMain(import.meta)) {
  const violations = trackedTextFiles().flatMap((path) =>
    textViolations(path, readFileSync(join(rootDirectory, path), 'utf8')),
  );
  report('text', violations);
}
