// @ts-check
// `npm run bench -- [file] [fanout] [latency] [tensor] [core] [--quick] [--mib SIZE] [--round-trip MS] [--rounds N] [--json FILE] [--report] [--install-peers]`: Towline beside its
// peers, in one interleaved run. Without a name, every suite.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fanoutContenders, fileContenders, installed, installPeers, reference } from './contenders.mjs';
import { coreSuite } from './core-suite.mjs';
import { fileSuite } from './file-suite.mjs';
import { tensorSuite } from './memory-suite.mjs';
import { writeReport } from './write-report.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
    mib: { type: 'string' },
    rounds: { type: 'string' },
    'round-trip': { type: 'string', default: '50' },
    'install-peers': { type: 'boolean', default: false },
    report: { type: 'boolean', default: false },
  },
});
const mib = Number(values.mib ?? (values.quick ? 64 : 1024));
const rounds = Number(values.rounds ?? (values.quick ? 2 : 5));
const bytes = mib * 2 ** 20;
// 1 Gbit/s; the window of a TCP that has all the memory it needs for that at 100 ms.
const link = { roundTripMs: Number(values['round-trip']), bytesPerSecond: 125e6, windowBytes: 12.5e6 };

/** @type {Record<string, (directory: string) => Promise<any>>} */
const suites = {
  file: (directory) => fileSuite('file', installed(fileContenders), { directory, bytes, rounds, receivers: 1 }),
  fanout: (directory) => fileSuite('fanout', fanoutContenders, { directory, bytes: bytes / 4, rounds, receivers: 4 }),
  latency: (directory) =>
    fileSuite('latency', fanoutContenders, { directory, bytes: bytes / 2, rounds, receivers: 1, link }),
  tensor: () => tensorSuite({ bytes, rounds }),
  core: () => coreSuite({ chunks: values.quick ? 20_000 : 200_000, rounds }),
};
const unknown = positionals.filter((name) => !(name in suites));
if (unknown.length > 0) throw new Error(`there is no suite ${unknown.join()}: ${Object.keys(suites).join()}`);
if (values['install-peers']) installPeers();

const directory = await mkdtemp(join(tmpdir(), 'towline-bench-'));
try {
  const results = [];
  for (const name of positionals.length > 0 ? positionals : Object.keys(suites)) {
    const result = await suites[name]?.(directory);
    print(result);
    results.push(result);
  }
  if (values.report) writeReport(results);
  if (values.json) await writeFile(values.json, `${JSON.stringify(results, undefined, 2)}\n`);
} finally {
  await rm(directory, { recursive: true, force: true });
}

/** @param {any} result */
function print({ suite, results, microsecondsPerChunk, ...how }) {
  const shown = Object.entries(how).map(([name, value]) => `${name} ${value}`);
  console.log(`\n${suite}: ${shown.join(', ')}`);
  if (microsecondsPerChunk) console.log(`${range(microsecondsPerChunk, 2)} µs a chunk`);
  if (results)
    console.table(Object.fromEntries(results.map((/** @type {any} */ row) => [row.name, cells(row, results)])));
}

/**
 * @param {any} row
 * @param {readonly any[]} results
 */
function cells({ megabytesPerSecond, ownerMiB, receiverMiB, cpuSecondsPerGiB }, results) {
  const beside = results.find(({ name }) => name === reference)?.megabytesPerSecond.median;
  return {
    'MB/s': range(megabytesPerSecond, 0),
    ...(beside && { 'of the checked plain copy': (megabytesPerSecond.median / beside).toFixed(2) }),
    'owner MiB': known(ownerMiB, 0),
    'receiver MiB': known(receiverMiB, 0),
    ...(cpuSecondsPerGiB && { 'CPU s/GiB': known(cpuSecondsPerGiB.median, 2) }),
  };
}

/**
 * @param {{ median: number, min: number, max: number }} spread
 * @param {number} digits
 */
function range({ median, min, max }, digits) {
  return `${median.toFixed(digits)} [${min.toFixed(digits)}–${max.toFixed(digits)}]`;
}

/**
 * @param {number} value
 * @param {number} digits
 */
function known(value, digits) {
  return Number.isNaN(value) ? '-' : value.toFixed(digits);
}
