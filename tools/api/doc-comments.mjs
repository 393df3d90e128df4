// @ts-check
// Everything that a package lets others see says what it is: each exported name, and each public member of a class, an
// interface or a type that is written as an object; also of what only stands in the signatures of these; and each entry.
import { existsSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { join, posix } from 'node:path';
import { isMain, report } from '../report.mjs';
import { readPackages, rootDirectory, sourceEntries } from '../workspace.mjs';
import { builtLibrary } from './library.mjs';
import { bodiesOf, docOf } from './members.mjs';
import { declarationOf } from './modules.mjs';
import { basesOf } from './references.mjs';
import { idOf, surfaceOf } from './surface.mjs';

/** @typedef {import('./library.mjs').Library} Library */
/** @typedef {import('./members.mjs').Member} Member */
/** @typedef {import('./modules.mjs').Module} Module */
/** @typedef {import('./modules.mjs').Node} Node */
/** @typedef {import('./surface.mjs').Declared} Declared */

/** @typedef {{ module: Module, offset: number, problem: string }} Finding and its place in a declaration file */

/** What the language says of them is all that there is to say. */
const wellKnown = /^\[Symbol\.\w+\]$/;

/**
 * Lower case and without a plural: `Transaction.refIds` has the words `transaction`, `ref` and `id`.
 * @param {string} text
 */
const wordsOf = (text) =>
  text
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\d]+/u)
    .filter((word) => word !== '')
    .map((word) => word.replace(/(?<=..)s$/, ''));

/** Words that add nothing to the name that they stand beside. */
const empty = new Set(wordsOf('a an the this that its of is are to for and or with value type class interface option'));

/**
 * @param {Library} library
 * @returns {Finding[]} in the order of packages and their entries
 */
export function docFindings(library) {
  /** @type {Map<string, Declared>} */
  const visible = new Map();
  for (const pkg of library.packages) {
    const { exported, mentioned } = surfaceOf(library, pkg);
    for (const declared of [...exported, ...mentioned]) visible.set(idOf(declared), declared);
  }
  return [...visible.values()].flatMap((declared) => [...ownFindings(declared), ...memberFindings(library, declared)]);
}

/** @param {Declared} declared */
const ownFindings = ({ module, name }) => findingsAt(module, module.declarations.get(name) ?? [], name);

/**
 * @param {Library} library
 * @param {Declared} declared
 * @returns {Finding[]}
 */
function memberFindings(library, declared) {
  const { module, name } = declared;
  const members = bodiesIn(declared)
    .filter(({ isDocumented }) => !isDocumented)
    .flatMap((body) => body.members)
    .filter(needsWords);
  return [...new Set(members.map(({ key }) => key))].flatMap((key) => {
    const nodes = members.filter((member) => member.key === key).map(({ node }) => node);
    const findings = findingsAt(module, nodes, `${name}.${key}`);
    return findings.length > 0 && isInherited(library, declared, key) ? [] : findings;
  });
}

/** @param {Member} member */
const needsWords = ({ key, isPublic, isLiteral, node }) =>
  isPublic && !isLiteral && !wellKnown.test(key) && !(key === 'constructor' && node['value'].params.length === 0);

/** @param {Declared} declared */
const bodiesIn = ({ module, name }) =>
  (module.declarations.get(name) ?? []).flatMap((statement) => bodiesOf(module, declarationOf(statement)));

/**
 * Of overloads, and of a getter and its setter, one speaks for all.
 * @param {Module} module
 * @param {readonly Node[]} nodes
 * @param {string} name
 * @returns {Finding[]}
 */
function findingsAt(module, nodes, name) {
  const docs = nodes.map((node) => docOf(module, node)).filter((doc) => doc !== undefined && doc !== '');
  if (docs.some((doc) => saysMore(doc ?? '', name))) return [];
  const problem = docs.length === 0 ? 'has no doc comment' : 'has a doc comment that says no more than its name';
  return [{ module, offset: nodes[0]?.start ?? 0, problem: `${name} ${problem}` }];
}

/**
 * @param {string} doc
 * @param {string} name
 */
function saysMore(doc, name) {
  const known = new Set(wordsOf(name));
  return wordsOf(doc).some((word) => !known.has(word) && !empty.has(word));
}

/**
 * Whether something that a class or an interface is made from says what a member is.
 * @param {Library} library
 * @param {Declared} declared
 * @param {string} key
 * @returns {boolean}
 */
function isInherited(library, { module, name }, key) {
  return basesOf(library, module, name).some(
    (base) =>
      bodiesIn(base).some(({ members }) =>
        members.some(({ node, ...member }) => member.key === key && docOf(base.module, node)),
      ) || isInherited(library, base, key),
  );
}

/**
 * What an entry is for stands first in its source, where the reference gets it from: the compiler may leave it out.
 * @param {string} specifier by which others import it
 * @param {string} source
 * @returns {string | undefined} what is wrong
 */
export function entryProblem(specifier, source) {
  const [doc = ''] = /^\/\*\*(?:(?!\*\/)[^])*\*\//.exec(source) ?? [];
  const [words = '', name = ''] = doc.split('@module ');
  if (wordsOf(words).length === 0) return `does not begin with a doc comment that says what ${specifier} is for`;
  return name.split(/\s/)[0] === specifier ? undefined : `its first doc comment does not say @module ${specifier}`;
}

/** @returns {string[]} */
const entryViolations = () =>
  readPackages().flatMap(({ folder, directory, manifest }) =>
    [...sourceEntries(manifest)].flatMap(([subpath, path]) => {
      const problem = entryProblem(posix.join(manifest.name, subpath), readFileSync(join(directory, path), 'utf8'));
      return problem === undefined ? [] : [`${posix.join('packages', folder, path)}:1: ${problem}`];
    }),
  );

/**
 * The line of the source that a place in a declaration file was made from.
 * @param {Finding} finding
 */
function placeOf({ module: { path, text }, offset }) {
  const before = text.slice(0, offset).split('\n');
  const map = join(rootDirectory, `${path}.map`);
  if (!existsSync(map)) return `${path}:${before.length}`;
  const found = new SourceMap(JSON.parse(readFileSync(map, 'utf8'))).findEntry(
    before.length - 1,
    before.at(-1)?.length ?? 0,
  );
  if (!('originalSource' in found)) return `${path}:${before.length}`;
  return `${posix.join(posix.dirname(path), found.originalSource)}:${found.originalLine + 1}`;
}

if (isMain(import.meta)) {
  const findings = docFindings(builtLibrary());
  report('doc comments', [
    ...findings.map((finding) => `${placeOf(finding)}: ${finding.problem}`),
    ...entryViolations(),
  ]);
}
