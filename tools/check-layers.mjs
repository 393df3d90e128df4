// @ts-check
// The layers inside downloader-core: a file imports from its own folder or from a lower layer, and from nothing else of ours.
import { join, posix } from 'node:path';
import { readSources } from './imports.mjs';
import { isMain, report } from './report.mjs';
import { rootDirectory } from './workspace.mjs';

/** Low to high. Folders of one rank do not know each other: the owner's side and the receiver's meet on the wire only. */
const layers = [['base'], ['wire'], ['owner', 'receiver', 'chunking'], ['service']];
const entries = new Set(['index.ts', 'spi.ts']);

/** @param {string} path relative to the source folder */
const layerOf = (path) => (path.includes('/') ? path.slice(0, path.indexOf('/')) : undefined);

/** @param {string | undefined} layer */
const rankOf = (layer) => layers.findIndex((folders) => layer !== undefined && folders.includes(layer));

/**
 * @param {string} from importing file
 * @param {string} to imported file
 * @returns {string | undefined} what is wrong with the import, if anything
 */
function importProblem(from, to) {
  if (to.startsWith('../')) return 'reaches out of the package';
  if (entries.has(from)) return undefined;
  const [fromLayer, toLayer] = [layerOf(from), layerOf(to)];
  if (fromLayer === toLayer && fromLayer !== undefined) return undefined;
  if (rankOf(toLayer) === -1) return 'is an entry; import the file that defines it';
  return rankOf(toLayer) < rankOf(fromLayer) ? undefined : `is not below ${fromLayer}/`;
}

/**
 * @param {readonly import('./imports.mjs').SourceFile[]} files of the source folder of downloader-core
 * @returns {string[]} one line for each violation
 */
export function layerViolations(files) {
  const misplaced = files
    .filter(({ path }) => !entries.has(path) && rankOf(layerOf(path)) === -1)
    .map(({ path }) => `${path}: is in no layer`);
  const upward = files.flatMap(({ path, imports }) =>
    imports
      .filter(({ specifier }) => specifier.startsWith('.'))
      .flatMap(({ specifier, line }) => {
        const target = posix.normalize(posix.join(posix.dirname(path), specifier));
        const problem = importProblem(path, target);
        return problem === undefined ? [] : [`${path}:${line}: ${target} ${problem}`];
      }),
  );
  return [...misplaced, ...upward];
}

if (isMain(import.meta)) {
  report('layers', layerViolations(readSources(join(rootDirectory, 'packages/downloader-core/src'))));
}
