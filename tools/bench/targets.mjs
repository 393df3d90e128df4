// @ts-check
// What is wanted of the figures of one run, and whether it was met.
import { contenders } from './contenders.mjs';

/**
 * @typedef {import('./measure.mjs').Result} Result
 * @typedef {import('./interleave.mjs').Row} Row
 * @typedef {object} Target
 * @property {string} suite
 * @property {string} what
 * @property {'at least' | 'at most' | 'above' | 'below'} bound
 * @property {number} limit
 * @property {number} digits that the figure is told with
 * @property {string} [unit]
 * @property {(rows: readonly Row[]) => number} figure not a number: not measured
 */

const {
  towline,
  plainChecked,
  plainTls,
  nginx,
  towlineFile,
  towlineEncrypted,
  towlineTensors,
  towlineInto,
  towlineNumbers,
  towlineTexts,
  grpcBatches,
} = contenders;
const isPlain = (/** @type {string} */ name) => name.startsWith('plain');
const restMiB = 96;

/** @type {readonly Target[]} */
export const targets = [
  {
    ...ratio('file', towline.name, plainChecked.name, 0.9),
    what: 'a file, × the plain copy with a checksum per chunk',
  },
  { ...ratio('file', towline.name, nginx.name, 1.3), what: 'a file, × nginx and curl' },
  {
    suite: 'file',
    what: 'a file, × the fastest of the others that are not plain socket copies',
    bound: 'above',
    limit: 1,
    digits: 2,
    figure: (rows) => {
      const others = rows.filter(({ name }) => name !== towline.name && !isPlain(name));
      return rateOf(rows, towline.name) / most(others, ({ measures }) => measures['megabytesPerSecond']?.median);
    },
  },
  { ...ratio('tls', towlineEncrypted.name, plainTls.name, 0.85), what: 'encrypted with a ticket, × a plain TLS copy' },
  {
    ...ratio('fanout', towline.name, plainChecked.name, 0.9, ({ shape }) => shape['receivers'] === 4),
    what: 'four receivers at once, × four plain copies',
  },
  {
    suite: 'fanout',
    what: '32 receivers at once: how many have everything',
    bound: 'at least',
    limit: 32,
    digits: 0,
    figure: (rows) => {
      const row = rows.find(({ name, shape }) => name === towline.name && shape['receivers'] === 32);
      // Not all of them had everything.
      return row && row.failures > 0 ? 0 : (row?.measures['completed']?.min ?? Number.NaN);
    },
  },
  {
    ...ratio('latency', towline.name, plainChecked.name, 0.9, ({ shape }) => shape['roundTripMs'] === 50),
    what: '50 ms round trip, × one plain stream',
  },
  { ...ratio('tensor', towlineTensors.name, towlineFile.name, 0.9), what: 'tensors into fresh memory, × a file' },
  { ...ratio('tensor', towlineInto.name, towlineFile.name, 0.9), what: 'tensors into memory that is there, × a file' },
  ...[towlineNumbers, towlineTexts].flatMap(({ name }) => [
    { ...ratio('arrow', name, towlineFile.name, 0.8), what: `${name.replace('towline, ', '')}, × a file` },
    { ...ratio('arrow', name, grpcBatches.name, 1.5), what: `${name.replace('towline, ', '')}, × gRPC` },
  ]),
  memory(
    'owner’s peak above its budget, 1 to 32 receivers of 64 MiB',
    restMiB,
    ownerRest,
    ({ shape }) => shape['mib'] === 64,
  ),
  memory(
    'owner’s peak above its budget, objects of 64 MiB to 5 GiB',
    restMiB,
    ownerRest,
    ({ shape }) => shape['receivers'] === 1,
  ),
  { ...memory('receivers’ peak', 150, (row) => row.measures['receiverMiB']?.max), bound: 'below' },
  ...['default', '32 MiB'].flatMap((budget) =>
    ['beside a stopped process', 'beside a consumer that does not return'].map((name) => ({
      ...ratio('stall', name, 'alone', 0.9, ({ shape }) => shape['budget'] === budget),
      what: `seven receivers ${name}, budget ${budget}, × seven alone`,
    })),
  ),
  {
    suite: 'stall',
    what: 'the most of the budget that was used beside a stalled receiver',
    bound: 'at most',
    limit: 1,
    digits: 2,
    figure: (rows) =>
      most(
        rows,
        ({ measures }) =>
          (measures['budgetPeakMiB']?.max ?? Number.NaN) / (measures['budgetMiB']?.median ?? Number.NaN),
      ),
  },
  {
    suite: 'objects',
    what: 'objects of 1 KiB',
    bound: 'at least',
    limit: 10_000,
    digits: 0,
    unit: 'a second',
    figure: ([row]) => row?.measures['objectsPerSecond']?.median ?? Number.NaN,
  },
  {
    suite: 'core',
    what: 'cost of a chunk in core',
    bound: 'below',
    limit: 20,
    digits: 1,
    unit: 'µs',
    figure: ([row]) => row?.measures['microsecondsPerChunk']?.median ?? Number.NaN,
  },
];

/**
 * How a run meets the targets of its suites.
 * @param {readonly Result[]} results
 * @returns {{ target: Target, figure: number, verdict: 'met' | 'missed' | 'not measured' }[]}
 */
export function judge(results) {
  return targets.flatMap((target) => {
    const result = results.find(({ suite }) => suite === target.suite);
    if (!result) return [];
    const figure = target.figure(result.rows);
    const verdict = Number.isFinite(figure) ? (isMet(target, figure) ? 'met' : 'missed') : 'not measured';
    return [{ target, figure, verdict }];
  });
}

/** @param {Target} target @param {number} figure */
function isMet({ bound, limit }, figure) {
  switch (bound) {
    case 'at least':
      return figure >= limit;
    case 'at most':
      return figure <= limit;
    case 'above':
      return figure > limit;
    case 'below':
      return figure < limit;
  }
}

/**
 * @param {string} suite @param {string} name @param {string} beside @param {number} limit
 * @param {(row: Row) => boolean} [isOf] which rows are looked at
 * @returns {Omit<Target, 'what'>}
 */
function ratio(suite, name, beside, limit, isOf = () => true) {
  const figure = (/** @type {readonly Row[]} */ rows) => {
    const looked = rows.filter(isOf);
    return rateOf(looked, name) / rateOf(looked, beside);
  };
  return { suite, bound: 'at least', limit, digits: 2, unit: '×', figure };
}

/** @param {readonly Row[]} rows @param {string} name */
function rateOf(rows, name) {
  return rows.find((row) => row.name === name)?.measures['megabytesPerSecond']?.median ?? Number.NaN;
}

/**
 * @param {string} what @param {number} limit @param {(row: Row) => number | undefined} value
 * @param {(row: Row) => boolean} [isOf] which rows are looked at
 * @returns {Target}
 */
function memory(what, limit, value, isOf = () => true) {
  const figure = (/** @type {readonly Row[]} */ rows) => most(rows.filter(isOf), value);
  return { suite: 'memory', what, bound: 'at most', limit, digits: 0, unit: 'MiB', figure };
}

/** @param {Row} row */
function ownerRest({ measures }) {
  return (measures['ownerMiB']?.max ?? Number.NaN) - (measures['budgetMiB']?.median ?? Number.NaN);
}

/** @param {readonly Row[]} rows @param {(row: Row) => number | undefined} value */
function most(rows, value) {
  return rows.length > 0 ? Math.max(...rows.map((row) => value(row) ?? Number.NaN)) : Number.NaN;
}
