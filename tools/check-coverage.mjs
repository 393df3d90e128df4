// @ts-check
// Branch coverage of the two halves of the engine, after `vitest run --coverage`.
import { readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { isMain, report } from './report.mjs';
import { rootDirectory } from './workspace.mjs';

const minimumPercent = 95;
const folders = ['packages/downloader-core/src/owner/', 'packages/downloader-core/src/receiver/'];

/** @typedef {Record<string, { branches: { covered: number, total: number } }>} Summary keyed by absolute path, and `total` */

/**
 * @param {Summary} summary
 * @param {string} root
 * @returns {{ folder: string, covered: number, total: number, percent: number }[]}
 */
export function branchCoverage(summary, root) {
  return folders.map((folder) => {
    const files = Object.entries(summary)
      .filter(([path]) => relative(root, path).split(sep).join('/').startsWith(folder))
      .map(([, { branches }]) => branches);
    const covered = files.reduce((sum, branches) => sum + branches.covered, 0);
    const total = files.reduce((sum, branches) => sum + branches.total, 0);
    return { folder, covered, total, percent: total === 0 ? 0 : (100 * covered) / total };
  });
}

if (isMain(import.meta)) {
  /** @type {Summary} */
  const summary = JSON.parse(readFileSync(join(rootDirectory, 'coverage/coverage-summary.json'), 'utf8'));
  const coverage = branchCoverage(summary, rootDirectory);
  for (const { folder, covered, total, percent } of coverage) {
    console.log(`${folder}: ${covered} of ${total} branches, ${percent.toFixed(1)} %`);
  }
  const low = coverage.filter(({ percent }) => percent < minimumPercent);
  report(
    'coverage',
    low.map(({ folder }) => `${folder} is below ${minimumPercent} %`),
  );
}
