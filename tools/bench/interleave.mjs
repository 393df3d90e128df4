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
 * Runs every entry in each round, in `turns`' order. With `isWarmedUp`, a first round warms caches and is not counted. A run that fails
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
    for (const turn of turns(kept.length, round)) {
      const each = /** @type {(typeof kept)[number]} */ (kept[turn]);
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

/**
 * Whose turn it is, in one round: what a run leaves behind (pages to be written, memory given back to a host) is the next one's
 * burden, so each has another one before it in each round. With an even `count` of contenders each follows every other once in
 * `count` rounds; with an odd one, twice in twice as many (E. J. Williams, 1949: designs balanced for residual effects).
 * @param {number} count
 * @param {number} round from 0
 * @returns {number[]} 0 to count - 1, each once
 */
export function turns(count, round) {
  const zigzag = Array.from({ length: count }, (_, at) => (at % 2 === 0 ? count - at / 2 : (at + 1) / 2));
  const isMirrored = count % 2 === 1 && round % 2 === 1;
  const half = count % 2 === 1 ? Math.floor(round / 2) : round;
  return (isMirrored ? zigzag.toReversed() : zigzag).map((turn) => (turn + half) % count);
}
