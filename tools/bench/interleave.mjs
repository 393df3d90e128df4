// @ts-check
import { spreads } from './statistics.mjs';

/**
 * @typedef {Record<string, number | undefined>} Measured
 * @typedef {{ name: string, shape: Record<string, number | string | undefined>, measures: Record<string, import('./statistics.mjs').Spread> }} Row
 *   `shape`: what tells rows of one name from each other
 */

/**
 * Runs every entry in each round, beginning with another one each time. With `isWarmedUp`, a first round warms caches and is not counted.
 * @template {{ name: string, shape: Row['shape'] }} E
 * @param {readonly E[]} entries
 * @param {{ rounds: number, isWarmedUp: boolean }} how
 * @param {(entry: E) => Promise<Measured>} run
 * @returns {Promise<Row[]>}
 */
export async function interleave(entries, { rounds, isWarmedUp }, run) {
  /** @type {Map<E, Measured[]>} */
  const runs = new Map(entries.map((entry) => [entry, []]));
  for (let round = isWarmedUp ? 0 : 1; round <= rounds; round += 1) {
    for (const index of entries.keys()) {
      const entry = /** @type {E} */ (entries[(index + round) % entries.length]);
      const measured = await run(entry);
      if (round > 0) runs.get(entry)?.push(measured);
    }
  }
  return [...runs].map(([{ name, shape }, measured]) => ({ name, shape, measures: spreads(measured) }));
}
