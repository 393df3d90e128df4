// @ts-check
// What a package lets others see: what its entries export, and what stands in the signatures of that.
import { referencesOf } from './references.mjs';

/** @typedef {import('./library.mjs').Library} Library */
/** @typedef {import('./library.mjs').Target} Target */
/** @typedef {import('./modules.mjs').Module} Module */
/** @typedef {{ module: Module, name: string }} Declared */

/** @typedef {{ specifier: string, exports: Map<string, Target> }} Entry */

/**
 * @typedef {object} Surface
 * @property {Entry[]} entries
 * @property {Declared[]} exported what of the package is exported by one of them at least
 * @property {Declared[]} mentioned what is not, but stands in the signature of something that is, or of another such
 */

/**
 * @param {Library} library
 * @param {import('./library.mjs').PackageEntries} pkg
 * @returns {Surface}
 */
export function surfaceOf(library, { entries }) {
  const found = [...entries].map(([specifier, path]) => ({
    specifier,
    exports: library.exportsOf(library.module(path)),
  }));
  const targets = found.flatMap(({ exports }) => [...exports.values()]).filter((target) => 'module' in target);
  const exported = [...new Map(targets.map((target) => [idOf(target), target])).values()];
  return { entries: found, exported, mentioned: mentionedBy(library, exported) };
}

/**
 * @param {Library} library
 * @param {readonly Declared[]} exported
 * @returns {Declared[]}
 */
function mentionedBy(library, exported) {
  const seen = new Set(exported.map(idOf));
  const queue = [...exported];
  /** @type {Declared[]} */
  const mentioned = [];
  for (const { module, name } of queue)
    for (const target of referencesOf(library, module, name)) {
      if (!('module' in target) || seen.has(idOf(target))) continue;
      seen.add(idOf(target));
      mentioned.push(target);
      queue.push(target);
    }
  return mentioned;
}

/**
 * Two with one id are one.
 * @param {Declared} declared
 */
export const idOf = ({ module, name }) => `${module.path}#${name}`;
