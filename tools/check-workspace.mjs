// @ts-check
// Who may depend on whom, and that every list which repeats the dependencies says the same.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMain, report } from './report.mjs';
import { ownDependencies, readPackages, rootDirectory, scope, sourceEntries } from './workspace.mjs';

/** @typedef {import('./workspace.mjs').Package} Package */

/**
 * Kinds of packages that a kind may need to run, and further ones for its tests.
 * @type {Record<string, { runtime: string[], tests: string[] }>}
 */
const allowed = {
  core: { runtime: [], tests: ['transport'] },
  // What adapters that touch a disk have in common (decision 0011).
  io: { runtime: ['core'], tests: ['conformance', 'transport'] },
  adapter: { runtime: ['core', 'io'], tests: ['conformance', 'transport'] },
  transport: { runtime: ['core'], tests: ['conformance'] },
  // Its suites run over a network in memory.
  conformance: { runtime: ['core', 'transport'], tests: [] },
  app: { runtime: ['core', 'io', 'adapter', 'transport'], tests: ['conformance'] },
};
/** Two copies of core in one process are legal but wasteful: whoever extends core shares the application's. */
const extendsCore = new Set(['io', 'adapter', 'transport', 'conformance']);

/** @param {Package} pkg */
const kindsOf = ({ manifest }) =>
  (manifest.nx?.tags ?? []).filter((tag) => tag.startsWith('kind:')).map((tag) => tag.slice('kind:'.length));

/**
 * @param {Package} pkg
 * @param {ReadonlyMap<string, Package>} byName
 * @returns {string[]}
 */
function dependencyViolations(pkg, byName) {
  const { dependencies, devDependencies, peerDependencies } = pkg.manifest;
  const [kind, ...rest] = kindsOf(pkg);
  const rule = kind === undefined ? undefined : allowed[kind];
  if (kind === undefined || rule === undefined || rest.length > 0) return ['needs exactly one known kind: tag'];
  const runtime = ownDependencies(dependencies, peerDependencies);
  const tests = ownDependencies(devDependencies).filter((name) => !runtime.includes(name));
  const forbidden = [
    ...runtime.filter((name) => !kindsAmong(name, rule.runtime, byName)),
    ...tests.filter((name) => !kindsAmong(name, [...rule.runtime, ...rule.tests], byName)),
  ].map((name) => `${kind} may not depend on ${name}`);
  const bundlesCore =
    extendsCore.has(kind) && ownDependencies(dependencies).some((name) => kindsAmong(name, ['core'], byName));
  return bundlesCore ? [...forbidden, 'core has to be a peer dependency here'] : forbidden;
}

/**
 * @param {string} name
 * @param {readonly string[]} kinds
 * @param {ReadonlyMap<string, Package>} byName
 */
function kindsAmong(name, kinds, byName) {
  const target = byName.get(name);
  return target !== undefined && kindsOf(target).every((kind) => kinds.includes(kind));
}

/**
 * @param {string} what
 * @param {readonly string[]} actual
 * @param {readonly string[]} expected
 * @returns {string[]}
 */
function listViolations(what, actual, expected) {
  const missing = expected.filter((item) => !actual.includes(item)).map((item) => `${what} lacks ${item}`);
  const surplus = actual.filter((item) => !expected.includes(item)).map((item) => `${what} has ${item} too much`);
  return [...missing, ...surplus];
}

/** @param {string} path */
const referencesOf = (path) =>
  existsSync(path)
    ? (/** @type {{ references?: { path: string }[] }} */ (JSON.parse(readFileSync(path, 'utf8'))).references ?? [])
    : [];

/** @param {string} path */
const referencePaths = (path) => referencesOf(path).map((reference) => reference.path);

/** @param {readonly string[]} names */
const siblings = (names) => names.map((name) => `../${name.slice(scope.length)}`);

/**
 * @param {Package} pkg
 * @returns {string[]}
 */
function referenceViolations({ directory, manifest: { dependencies, devDependencies, peerDependencies } }) {
  const runtime = ownDependencies(dependencies, peerDependencies);
  const all = ownDependencies(dependencies, peerDependencies, devDependencies);
  return [
    ...listViolations('tsconfig.json', referencePaths(join(directory, 'tsconfig.json')), siblings(runtime)),
    ...listViolations('tsconfig.test.json', referencePaths(join(directory, 'tsconfig.test.json')), [
      '.',
      ...siblings(all),
    ]),
  ];
}

/**
 * @param {Package} pkg
 * @returns {string[]}
 */
function manifestViolations({ folder, directory, manifest }) {
  const sources = [...sourceEntries(manifest).values()];
  return [
    ...(manifest.name === `${scope}${folder}` ? [] : [`is called ${manifest.name}`]),
    ...sources
      .filter((source) => !existsSync(join(directory, source)))
      .map((source) => `exports ${source}, which does not exist`),
  ];
}

/**
 * @param {string} root
 * @param {readonly string[]} folders of all packages
 * @returns {string[]}
 */
function solutionViolations(root, folders) {
  /** @type {[path: string, toReference: (folder: string) => string][]} */
  const solutions = [
    ['tsconfig.json', (folder) => `packages/${folder}`],
    ['tsconfig.tests.json', (folder) => `packages/${folder}/tsconfig.test.json`],
    ['tools/tsconfig.json', (folder) => `../packages/${folder}`],
  ];
  return solutions.flatMap(([path, toReference]) => {
    const toPackages = referencePaths(join(root, path)).filter((reference) => reference.includes('packages/'));
    return listViolations(path, toPackages, folders.map(toReference));
  });
}

/**
 * @param {string} root
 * @returns {string[]} one line for each violation
 */
export function workspaceViolations(root) {
  const packages = readPackages(root);
  const byName = new Map(packages.map((pkg) => [pkg.manifest.name, pkg]));
  const inPackages = packages.flatMap((pkg) =>
    [...dependencyViolations(pkg, byName), ...referenceViolations(pkg), ...manifestViolations(pkg)].map(
      (violation) => `${pkg.folder}: ${violation}`,
    ),
  );
  const folders = packages.map(({ folder }) => folder);
  return [...inPackages, ...solutionViolations(root, folders)];
}

if (isMain(import.meta)) report('workspace', workspaceViolations(rootDirectory));
