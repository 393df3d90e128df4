// @ts-check
// The declaration files of all packages, and where a name that one of them uses or hands on is declared.
import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { readPackages, rootDirectory } from '../workspace.mjs';
import { parseModule } from './modules.mjs';

/** @typedef {import('./modules.mjs').Module} Module */
/** @typedef {import('./modules.mjs').Origin} Origin */

/**
 * Where a name leads: to a declaration of the same package, or out of the package.
 * @typedef {{ typeOnly: boolean } & ({ module: Module, name: string } | { origin: Origin })} Target
 */

/**
 * @typedef {object} PackageEntries
 * @property {string} folder
 * @property {string} name
 * @property {Map<string, string>} entries paths of declaration files by specifier
 * @property {Map<string, string>} commands paths of programs by the name that they are started by
 */

/** @param {string} specifier */
const isRelative = (specifier) => specifier.startsWith('.');

export class Library {
  /** @type {Map<string, Module>} */
  #modules = new Map();
  /** @type {(path: string) => string} */
  #read;

  /**
   * @param {readonly PackageEntries[]} packages
   * @param {(path: string) => string} read the text of a file by its path from the root
   */
  constructor(packages, read) {
    this.packages = packages;
    this.#read = read;
  }

  /** @param {string} path */
  module(path) {
    const known = this.#modules.get(path);
    if (known !== undefined) return known;
    const module = parseModule(path, this.#read(path));
    this.#modules.set(path, module);
    return module;
  }

  /**
   * All that a module exports. Throws where `export *` hands on a module that is not ours: nobody could say what that is.
   * @param {Module} module
   * @returns {Map<string, Target>}
   */
  exportsOf(module) {
    /** @type {Map<string, Target>} */
    const found = new Map();
    for (const { specifier, typeOnly } of module.stars) {
      const from = this.#moduleOf(module, specifier);
      if (from === undefined) throw new Error(`${module.path}: export * from '${specifier}', which is not ours`);
      for (const [name, target] of this.exportsOf(from)) {
        const seen = isRelative(specifier) ? target : { origin: { specifier, name }, typeOnly: target.typeOnly };
        found.set(name, { ...seen, typeOnly: typeOnly || seen.typeOnly });
      }
    }
    for (const name of module.exports.keys()) found.set(name, this.#exported(module, name));
    return found;
  }

  /**
   * What a name means inside of a module; nothing: it is none of the module's own (`Uint8Array`).
   * @param {Module} module
   * @param {string} name
   * @returns {Target | undefined}
   */
  lookUp(module, name) {
    if (module.declarations.has(name)) return { module, name, typeOnly: false };
    const imported = module.imports.get(name);
    return imported && this.follow(module, imported, imported.typeOnly);
  }

  /**
   * The declaration that a target stands for, in whichever package it is; nothing: outside of the workspace.
   * @param {Target} target
   * @returns {{ module: Module, name: string } | undefined}
   */
  declarationOf(target) {
    if ('module' in target) return target;
    const entry = this.#entry(target.origin.specifier);
    const next = entry && this.exportsOf(entry).get(target.origin.name);
    return next && this.declarationOf(next);
  }

  /**
   * @param {Module} module
   * @param {string} name
   * @returns {Target}
   */
  #exported(module, name) {
    const exported = module.exports.get(name);
    if (exported === undefined) throw new Error(`${module.path} does not export ${name}`);
    const { local, origin, typeOnly } = exported;
    if (origin !== undefined) return this.follow(module, origin, typeOnly);
    const target = this.lookUp(module, local ?? name);
    if (target === undefined) throw new Error(`${module.path} exports ${name}, which it does not have`);
    return { ...target, typeOnly: typeOnly || target.typeOnly };
  }

  /**
   * Where a name of another module leads.
   * @param {Module} module that speaks of it
   * @param {Origin} origin
   * @param {boolean} typeOnly
   * @returns {Target}
   */
  follow(module, { specifier, name }, typeOnly) {
    if (!isRelative(specifier)) return { origin: { specifier, name }, typeOnly };
    const from = this.module(pathOf(module, specifier));
    const target = this.exportsOf(from).get(name);
    if (target === undefined) throw new Error(`${from.path} does not export ${name}`);
    return { ...target, typeOnly: typeOnly || target.typeOnly };
  }

  /** @param {Module} module @param {string} specifier */
  #moduleOf(module, specifier) {
    return isRelative(specifier) ? this.module(pathOf(module, specifier)) : this.#entry(specifier);
  }

  /** @param {string} specifier */
  #entry(specifier) {
    const path = this.packages.map(({ entries }) => entries.get(specifier)).find((entry) => entry !== undefined);
    return path === undefined ? undefined : this.module(path);
  }
}

/** @param {Module} module @param {string} specifier which names the source, or what it is compiled to */
const pathOf = ({ path }, specifier) => posix.join(posix.dirname(path), specifier.replace(/\.[jt]s$/, '.d.ts'));

/** The packages of the workspace as they were built last. */
export function builtLibrary() {
  const packages = readPackages().map(({ folder, manifest: { name, exports = {}, bin = {} } }) => {
    const entries = Object.entries(exports).flatMap(([subpath, target]) =>
      typeof target === 'object' && target['types'] !== undefined
        ? [/** @type {const} */ ([posix.join(name, subpath), posix.join('packages', folder, target['types'])])]
        : [],
    );
    const commands = Object.entries(bin).map(
      ([command, path]) => /** @type {const} */ ([command, posix.join('packages', folder, path)]),
    );
    return { folder, name, entries: new Map(entries), commands: new Map(commands) };
  });
  return new Library(packages, (path) => readFileSync(join(rootDirectory, path), 'utf8'));
}
