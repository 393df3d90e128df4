// @ts-check
import { missingFor } from './contenders.mjs';
import { freeBytes } from './files.mjs';
import { interleave } from './interleave.mjs';
import { suites } from './suites.mjs';

/**
 * @typedef {{ suite: string, rounds: number, rows: import('./interleave.mjs').Row[] }} Result
 * @typedef {import('./suites.mjs').Entry} Entry
 */

/**
 * Runs a suite. Who is not installed, and what the disk has no room for, is left out and told, and so is what fails.
 * @param {string} name
 * @param {import('./scales.mjs').Scale} scale
 * @param {string} directory to work in
 * @param {(line: string) => void} tell
 * @returns {Promise<Result>}
 */
export async function measure(name, scale, directory, tell) {
  const suite = /** @type {import('./suites.mjs').Suite} */ (suites[name]);
  const free = await freeBytes(directory);
  const entries = suite.entries(scale).filter((entry) => {
    const reason = hindrance(entry, free);
    if (reason) tell(`skipped: ${entry.name}, since ${reason}`);
    return reason === undefined;
  });
  const { rounds } = scale;
  const isWarmedUp = scale.isWarmedUp && suite.isTimed !== false;
  const rows = await interleave(entries, { rounds, isWarmedUp, tell }, (entry) => entry.run(directory));
  return { suite: name, rounds, rows };
}

/**
 * Why an entry cannot run here, if it cannot.
 * @param {Pick<Entry, 'contender' | 'diskBytes'>} entry
 * @param {number} free bytes on the disk
 */
export function hindrance({ contender, diskBytes = 0 }, free) {
  const missing = contender ? missingFor(contender) : [];
  if (missing.length > 0) return `${missing.join(' and ')} is not installed (--install-peers)`;
  return diskBytes > free ? `${Math.ceil(diskBytes / 2 ** 30)} GiB are not free on the disk` : undefined;
}
