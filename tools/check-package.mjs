// @ts-check
// What others get when they install a package: `node tools/check-package.mjs FOLDER`, after a build.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { isMain, report } from './report.mjs';
import { binDirectory, readPackages, rootDirectory, sourceEntries } from './workspace.mjs';

/** Entries that load only inside of the test runner they are for. */
const runnerEntries = new Set(['@towline/conformance/vitest']);

/**
 * @param {string} directory
 * @param {string} command
 * @param {readonly string[]} args
 */
function run(directory, command, args) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: directory, encoding: 'utf8' });
  return { failed: status !== 0, stdout, text: `${stdout}${stderr}`.trim() };
}

/**
 * @param {string} directory
 * @returns {string[]}
 */
function linterViolations(directory) {
  const shape = run(directory, join(binDirectory, 'publint'), ['--strict']);
  const attwOptions = ['--pack', '.', '--profile', 'esm-only', '--format', 'ascii', '--no-color'];
  const types = run(directory, join(binDirectory, 'attw'), attwOptions);
  return [shape, types].filter(({ failed }) => failed).map(({ text }) => text);
}

/**
 * What would be published has to be the build of what is there now.
 * @param {readonly string[]} packed paths in the archive
 * @param {(path: string) => boolean} exists
 * @returns {string[]}
 */
export function contentViolations(packed, exists) {
  const surplus = packed.filter(
    (path) => !/^(?:(?:dist|src)\/|templates\/.*\.template$|package\.json$|README\.md$|LICENSE$)/.test(path),
  );
  const stale = packed
    .filter((path) => /^dist\/.*\.js$/.test(path))
    .filter((path) => !exists(path.replace(/^dist\//, 'src/').replace(/\.js$/, '.ts')));
  return [
    ...['README.md', 'LICENSE'].filter((path) => !packed.includes(path)).map((path) => `ships no ${path}`),
    ...surplus.map((path) => `ships ${path}`),
    ...stale.map((path) => `${path} has no source any more: npm run clean`),
  ];
}

/**
 * @param {string} directory
 * @returns {string[]}
 */
function packedPaths(directory) {
  const { stdout } = run(directory, 'npm', ['pack', '--dry-run', '--json', '--ignore-scripts']);
  /** @type {[{ files: { path: string }[] }]} */
  const [archive] = JSON.parse(stdout);
  return archive.files.map(({ path }) => path);
}

/**
 * CommonJS programs load us by `require()`, from Node 20.19; a top-level await anywhere would end that.
 * @param {import('./workspace.mjs').Package} pkg
 * @returns {string[]}
 */
function requireViolations({ directory, manifest }) {
  return [...sourceEntries(manifest).keys()]
    .map((subpath) => posix.join(manifest.name, subpath))
    .filter((entry) => !runnerEntries.has(entry))
    .flatMap((entry) => {
      const { failed, text } = run(directory, process.execPath, ['-e', `require(${JSON.stringify(entry)})`]);
      return failed ? [`require('${entry}') fails: ${text}`] : [];
    });
}

/** @param {import('./workspace.mjs').Package} pkg */
function licenseViolations({ directory }) {
  const path = join(directory, 'LICENSE');
  const same = existsSync(path) && readFileSync(path, 'utf8') === readFileSync(join(rootDirectory, 'LICENSE'), 'utf8');
  return same ? [] : ['LICENSE is not the one of the project'];
}

if (isMain(import.meta)) {
  const folder = process.argv[2];
  const pkg = readPackages().find((candidate) => candidate.folder === folder);
  if (pkg === undefined) throw new Error(`no package is called ${folder}`);
  const exists = (/** @type {string} */ path) => existsSync(join(pkg.directory, path));
  report(`package ${folder}`, [
    ...linterViolations(pkg.directory),
    ...contentViolations(packedPaths(pkg.directory), exists),
    ...requireViolations(pkg),
    ...licenseViolations(pkg),
  ]);
}
