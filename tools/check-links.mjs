// @ts-check
// Every link of a Markdown page to a file of the repository leads to one, and to a heading of it where it names one.
// Links to the network are left alone: a check that needs the network fails for reasons that are not ours.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { isMain, report } from './report.mjs';
import { rootDirectory } from './workspace.mjs';

/** @typedef {(path: string) => string | undefined} Reader the text of a file by its path from the root; none: no such file */

/**
 * Code shows links, but has none.
 * @param {string} page
 */
const prose = (page) =>
  page.replace(/^(`{3,}).*?^\1$/gms, (block) => block.replaceAll(/[^\n]/g, '')).replaceAll(/`[^`\n]*`/g, 'code');

/**
 * The name that a heading is linked by, as on the sites that show Markdown.
 * @param {string} heading
 */
const anchorOf = (heading) =>
  heading
    .trim()
    .toLowerCase()
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-');

/**
 * @param {string} page
 * @returns {Set<string>} headings, with `-1`, `-2` for those that say the same, and places that are named by hand
 */
export function anchorsOf(page) {
  const anchors = new Set();
  const outsideCode = page.replaceAll(/^(`{3,}).*?^\1$/gms, '');
  for (const [, heading = ''] of outsideCode.matchAll(/^#{1,6} +(.*)$/gm)) {
    const anchor = anchorOf(heading);
    let unique = anchor;
    for (let count = 1; anchors.has(unique); count += 1) unique = `${anchor}-${count}`;
    anchors.add(unique);
  }
  for (const [, id = ''] of outsideCode.matchAll(/<a id="([^"]+)">/g)) anchors.add(id);
  return anchors;
}

/**
 * @param {string} path of the page, from the root
 * @param {Reader} read
 * @returns {string[]} one line for each violation
 */
export function linkViolations(path, read) {
  const lines = prose(read(path) ?? '').split('\n');
  return lines.flatMap((line, index) =>
    Array.from(
      line.matchAll(/\]\(<?([^)\s>]+)>?[^)]*\)|^\[[^\]]+\]: +(\S+)/g),
      ([, inline, defined]) => inline ?? defined ?? '',
    )
      .filter((target) => !/^[a-z][a-z+.-]*:/i.test(target))
      .map((target) => problemOf(path, target, read))
      .filter((problem) => problem !== undefined)
      .map((problem) => `${path}:${index + 1}: ${problem}`),
  );
}

/**
 * @param {string} from
 * @param {string} target
 * @param {Reader} read
 * @returns {string | undefined}
 */
function problemOf(from, target, read) {
  const [file = '', anchor] = target.split('#');
  const to = file === '' ? from : posix.join(dirname(from), decodeURIComponent(file));
  if (to.startsWith('..')) return `the link ${target} leads out of the repository`;
  const text = read(to);
  if (text === undefined) return `the link ${target} leads to no file`;
  if (anchor !== undefined && to.endsWith('.md') && !anchorsOf(text).has(anchor))
    return `the link ${target} leads to no heading`;
  return undefined;
}

/** @returns {{ pages: string[], read: Reader }} what git knows: what is only on one disk is missing elsewhere */
function trackedFiles() {
  const listed = execFileSync('git', ['ls-files'], { cwd: rootDirectory, encoding: 'utf8' });
  const files = new Set(listed.split('\n').filter((path) => path !== '' && existsSync(join(rootDirectory, path))));
  const folders = new Set([...files].flatMap(parentsOf));
  /** @type {Reader} */
  const read = (path) => {
    if (files.has(path)) return readFileSync(join(rootDirectory, path), 'utf8');
    return folders.has(path.replace(/\/$/, '')) ? '' : undefined;
  };
  return { pages: [...files].filter((path) => path.endsWith('.md')), read };
}

/**
 * @param {string} path
 * @returns {string[]}
 */
const parentsOf = (path) => path.split('/').map((_, index, parts) => parts.slice(0, index).join('/'));

if (isMain(import.meta)) {
  const { pages, read } = trackedFiles();
  report(
    'links',
    pages.flatMap((path) => linkViolations(path, read)),
  );
}
