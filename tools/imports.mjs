// @ts-check
// The imports of a TypeScript file as a parser sees them: a path in a comment or a string is none.
import { readFileSync, readdirSync } from 'node:fs';
import { join, sep } from 'node:path';
import { parseSync } from 'oxc-parser';

/**
 * @typedef {object} Import
 * @property {string} specifier of a computed dynamic import: its source text
 * @property {number} line from 1
 */

/** @typedef {{ path: string, imports: Import[] }} SourceFile path is relative, with forward slashes */

/**
 * Static and dynamic imports and re-exports of one file, those of types too.
 * @param {string} path
 * @param {string} source
 * @returns {Import[]}
 */
export function importsOf(path, source) {
  const { module, errors } = parseSync(path, source);
  if (errors.length > 0) throw new SyntaxError(`${path}: ${errors[0]?.message}`);
  const found = [
    ...module.staticImports.map(({ moduleRequest }) => moduleRequest),
    ...module.staticExports.flatMap(({ entries }) => entries.map(({ moduleRequest }) => moduleRequest)),
    ...module.dynamicImports.map(({ moduleRequest }) => moduleRequest),
  ].filter((request) => request !== null && request !== undefined);
  const imports = found.map(({ start, end }) => ({
    specifier: source.slice(start, end).replaceAll(/^['"`]|['"`]$/g, ''),
    line: source.slice(0, start).split('\n').length,
  }));
  return imports.filter(
    ({ specifier, line }, index) =>
      index === imports.findIndex((other) => other.specifier === specifier && other.line === line),
  );
}

/**
 * Every TypeScript source below a directory with its imports.
 * @param {string} directory
 * @returns {SourceFile[]}
 */
export function readSources(directory) {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .toSorted()
    .map((path) => {
      const portable = path.split(sep).join('/');
      return { path: portable, imports: importsOf(portable, readFileSync(join(directory, path), 'utf8')) };
    });
}
