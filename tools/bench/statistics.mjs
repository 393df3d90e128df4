// @ts-check

/** @typedef {{ median: number, min: number, max: number }} Spread */

/** @param {readonly number[]} values @returns {Spread} */
export function spread(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (/** @type {number} */ index) => sorted[index] ?? Number.NaN;
  const middle = (sorted.length - 1) / 2;
  return { median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2, min: at(0), max: at(sorted.length - 1) };
}

/**
 * The spread of each thing that was measured in every one of the runs.
 * @param {readonly Record<string, number | undefined>[]} runs
 * @returns {Record<string, Spread>}
 */
export function spreads(runs) {
  const [first = {}] = runs;
  const entries = Object.keys(first).map((key) => ({ key, values: runs.map((run) => run[key] ?? Number.NaN) }));
  const measured = entries.filter(({ values }) => values.every(Number.isFinite));
  return Object.fromEntries(measured.map(({ key, values }) => [key, spread(values)]));
}
