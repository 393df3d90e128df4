// @ts-check
// Bytes of bodies are copied in one module, which counts them. On the data path every other call that may copy bytes is
// either of something that is evidently no array of bytes, or reviewed: `reviewed-copies.json` says why it stands.
import { readFileSync, readdirSync } from 'node:fs';
import { join, sep } from 'node:path';
import { copyingCalls, declaredNames } from './copying-calls.mjs';
import { isMain, report } from './report.mjs';
import { readPackages, rootDirectory } from './workspace.mjs';

/** @typedef {{ path: string, text: string }} Source path from the repository's root, with forward slashes */

/**
 * Why calls stand, by file and by their text (`head.set(header, 12)`), or for all of a folder, which ends with `/`.
 * @typedef {Record<string, string | Record<string, string>>} Reviewed
 */

/** Packages of these kinds move bodies. */
const dataPath = new Set(['kind:core', 'kind:io', 'kind:adapter', 'kind:transport']);

/** The module through which bodies are copied. */
const copyingModule = 'packages/downloader-core/src/base/copies.ts';

/**
 * @param {readonly (readonly Source[])[]} packages the sources of each
 * @param {Reviewed} reviewed
 * @returns {string[]} one line for each call that nobody reviewed, and for each review of what is not there
 */
export function copyViolations(packages, reviewed) {
  const folders = Object.keys(reviewed).filter((path) => path.endsWith('/'));
  const isLookedAt = (/** @type {Source} */ { path }) =>
    path !== copyingModule && !folders.some((folder) => path.startsWith(folder));
  const found = new Map(
    packages.flatMap((sources) => {
      const names = declaredNames(sources);
      return sources.filter(isLookedAt).map((source) => [source.path, copyingCalls(source, names)]);
    }),
  );
  const unknown = [...found].flatMap(([path, calls]) =>
    calls
      .filter(({ text }) => reasonOf(reviewed, path, text) === undefined)
      .map(({ text, line }) => `${path}:${line}: ${text} may copy a body: copy by ${copyingModule}`),
  );
  const isThere = (/** @type {string} */ path, /** @type {string} */ text) =>
    found.get(path)?.some((call) => call.text === text);
  return [...unknown, ...staleFolders(folders, packages.flat()), ...staleCalls(reviewed, isThere)];
}

/**
 * @param {Reviewed} reviewed
 * @param {string} path
 * @param {string} text
 */
function reasonOf(reviewed, path, text) {
  const ofFile = reviewed[path];
  return typeof ofFile === 'object' && Object.hasOwn(ofFile, text) ? ofFile[text] : undefined;
}

/**
 * @param {readonly string[]} folders
 * @param {readonly Source[]} sources
 */
const staleFolders = (folders, sources) =>
  folders
    .filter((folder) => !sources.some(({ path }) => path.startsWith(folder)))
    .map((folder) => `${folder} is reviewed, and not there`);

/**
 * @param {Reviewed} reviewed
 * @param {(path: string, text: string) => boolean | undefined} isThere
 */
const staleCalls = (reviewed, isThere) =>
  Object.entries(reviewed).flatMap(([path, ofFile]) =>
    Object.keys(typeof ofFile === 'string' ? {} : ofFile)
      .filter((text) => !isThere(path, text))
      .map((text) => `${path}: ${text} is reviewed, and not there`),
  );

/**
 * @param {import('./workspace.mjs').Package} pkg
 * @returns {Source[]}
 */
function sourcesOf({ folder, directory }) {
  return readdirSync(join(directory, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .toSorted()
    .map((path) => ({
      path: `packages/${folder}/src/${path.split(sep).join('/')}`,
      text: readFileSync(join(directory, 'src', path), 'utf8'),
    }));
}

if (isMain(import.meta)) {
  const packages = readPackages().filter(({ manifest }) => manifest.nx?.tags?.some((tag) => dataPath.has(tag)));
  const reviewed = JSON.parse(readFileSync(join(rootDirectory, 'tools/reviewed-copies.json'), 'utf8'));
  report('copies', copyViolations(packages.map(sourcesOf), reviewed));
}
