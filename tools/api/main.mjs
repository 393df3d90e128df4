// @ts-check
// `npm run api`: whether docs/api/surface says what the packages, as they were built last, let others see.
// `npm run api -- --accept` writes what they do, `-- --accept FOLDER` for one package only.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isMain, report } from '../report.mjs';
import { rootDirectory } from '../workspace.mjs';
import { builtLibrary } from './library.mjs';
import { surfacePage } from './page.mjs';

/** @typedef {ReadonlyMap<string, string>} Pages text by name of the package's folder */

const surfaceFolder = 'docs/api/surface';
const accept = 'npm run api -- --accept';

/**
 * @param {Pages} reviewed
 * @param {Pages} made
 * @returns {string[]} one for each page that is not what it has to be, with the lines that differ
 */
export function surfaceViolations(reviewed, made) {
  const differing = [...made].flatMap(([folder, text]) => {
    const before = reviewed.get(folder);
    if (before === undefined) return [`${pathOf(folder)} is missing: ${accept} writes it`];
    if (before === text) return [];
    const head = `${pathOf(folder)}: the public surface has changed. If that is meant, ${accept}, and say it in CHANGELOG.md`;
    return [[head, ...changedLines(before, text)].join('\n')];
  });
  const surplus = [...reviewed.keys()].filter((folder) => !made.has(folder));
  return [...differing, ...surplus.map((folder) => `${pathOf(folder)} is of no package: ${accept} removes it`)];
}

/** @param {string} folder */
const pathOf = (folder) => `${surfaceFolder}/${folder}.md`;

/**
 * Where a page has other lines than before; what only moved is not among them.
 * @param {string} before
 * @param {string} after
 */
function changedLines(before, after) {
  const gone = linesWithout(before, after).map((line) => `  - ${line}`);
  const come = linesWithout(after, before).map((line) => `  + ${line}`);
  return gone.length + come.length === 0 ? ['  the same lines in another order'] : [...gone, ...come];
}

/**
 * @param {string} text
 * @param {string} other whose lines take away one each
 */
function linesWithout(text, other) {
  const left = other.split('\n');
  return text.split('\n').filter((line) => {
    const at = left.indexOf(line);
    if (at !== -1) left.splice(at, 1);
    return at === -1;
  });
}

/** @returns {Promise<Pages>} */
async function madePages() {
  const library = builtLibrary();
  const pages = library.packages.map(
    async (pkg) => /** @type {const} */ ([pkg.folder, await surfacePage(library, pkg)]),
  );
  return new Map(await Promise.all(pages));
}

/** @returns {Pages} */
function reviewedPages() {
  const directory = join(rootDirectory, surfaceFolder);
  const names = existsSync(directory) ? readdirSync(directory) : [];
  return new Map(names.map((name) => [basename(name, '.md'), readFileSync(join(directory, name), 'utf8')]));
}

/**
 * @param {Pages} reviewed
 * @param {Pages} made
 * @param {readonly string[]} folders of packages; none: all
 * @returns {Pages} what is reviewed from now on
 */
export function acceptedPages(reviewed, made, folders) {
  if (folders.length === 0) return made;
  const accepted = folders.map((folder) => {
    const text = made.get(folder);
    if (text === undefined) throw new Error(`no package is called ${folder}`);
    return /** @type {const} */ ([folder, text]);
  });
  return new Map([...reviewed, ...accepted]);
}

/** @param {Pages} pages */
function writePages(pages) {
  const directory = join(rootDirectory, surfaceFolder);
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  for (const [folder, text] of pages) writeFileSync(join(directory, `${folder}.md`), text);
}

if (isMain(import.meta)) {
  const [flag, ...folders] = process.argv.slice(2);
  const made = await madePages();
  if (flag === '--accept') writePages(acceptedPages(reviewedPages(), made, folders));
  report('public surface', surfaceViolations(reviewedPages(), made));
}
