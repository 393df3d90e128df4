// @ts-check
import { spreads } from './statistics.mjs';

/**
 * @typedef {Record<string, number | undefined>} Measured
 * @typedef {object} Row
 * @property {string} name
 * @property {Record<string, number | string | undefined>} shape what tells rows of one name from each other
 * @property {Record<string, import('./statistics.mjs').Spread>} measures of the runs that went well
 * @property {number} failures how many runs did not
 */

/**
 * Runs every entry in each round, beginning with another one each time. With `isWarmedUp`, a first round warms caches and is not counted. A run that fails
 * is told and counted, and the others go on.
 * @template {{ name: string, shape: Row['shape'] }} E
 * @param {readonly E[]} entries
 * @param {{ rounds: number, isWarmedUp: boolean, tell: (line: string) => void }} how
 * @param {(entry: E) => Promise<Measured>} run
 * @returns {Promise<Row[]>}
 */
export async function interleave(entries, { rounds, isWarmedUp, tell }, run) {
  const kept = entries.map((entry) => ({ entry, runs: /** @type {Measured[]} */ ([]), failures: 0 }));
  for (let round = isWarmedUp ? 0 : 1; round <= rounds; round += 1) {
    for (const place of kept.keys()) {
      const each = /** @type {(typeof kept)[number]} */ (kept[(place + round) % kept.length]);
      try {
        const measured = await run(each.entry);
        if (round > 0) each.runs.push(measured);
      } catch (error) {
        each.failures += 1;
        tell(`FAILED: ${each.entry.name}, ${JSON.stringify(each.entry.shape)}: ${String(error)}`);
      }
    }
  }
  return kept.map(({ entry: { name, shape }, runs, failures }) => ({ name, shape, measures: spreads(runs), failures }));
}
