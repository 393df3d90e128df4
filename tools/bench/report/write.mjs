// @ts-check
// docs/performance.md and its plots, from one run.
import { execFileSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { binDirectory, rootDirectory } from '../../workspace.mjs';
import { suites } from '../suites.mjs';
import { page } from './page.mjs';
import { draw, plots } from './plots.mjs';

/**
 * @param {import('./page.mjs').Run} run
 * @param {string} [docs] the folder of the page
 */
export async function writeReport(run, docs = join(rootDirectory, 'docs')) {
  const folder = join(docs, 'performance');
  await mkdir(folder, { recursive: true });
  for (const { file, suite, spec } of plots) {
    const result = run.results.find((each) => each.suite === suite);
    if (result) await writeFile(join(folder, file), await draw(spec(result.rows)));
  }
  const path = join(docs, 'performance.md');
  await writeFile(path, page(run, await words()));
  execFileSync(join(binDirectory, 'oxfmt'), [path]);
}

/** What people wrote about it: files of this folder. */
async function words() {
  const read = (/** @type {string} */ name) => readFile(new URL(`words/${name}.md`, import.meta.url), 'utf8');
  const notes = await Promise.all(
    Object.keys(suites).map(async (suite) => /** @type {const} */ ([suite, await read(suite).catch(() => '')])),
  );
  return { intro: await read('intro'), closing: await read('closing'), notes: Object.fromEntries(notes) };
}
