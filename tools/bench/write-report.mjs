// @ts-check
// docs/performance.md from the results of a run: `npm run bench -- --json FILE --report`.
import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { rootDirectory } from '../workspace.mjs';
import { reference } from './contenders.mjs';

/** @typedef {Record<string, any>} Result */

const intro = `# Performance

The tables here are from one run of \`npm run bench -- --report\`, which makes this page anew. Contenders take turns, round by round, each side a process of its own, over loopback TCP; received bytes are compared outside of what is timed; loading
programs is not timed. What counts is the ratio to the others of the same run: machines differ, and this one is noisy.

The **plain copy** is as good as Node allows: synchronous positioned reads and writes of 1 MiB, pooled buffers, one \`writev\` a chunk; with a checksum, XXH64 on both sides. It knows no receivers, no retries, no limits and no end.
`;

const closing = `## What bounds it

With 1 MiB chunks the owner is busy throughout, 0.86 ms a chunk over 3 GiB: 0.28 in \`writev\`, 0.15 to 0.22 reading, 0.15 for the checksum, 0.05 idle, and 0.23 in JavaScript, spread over some fifty functions (messages, credit, Node's streams, promises). The plain copy
has the same system calls and checksum, and no more. The receiver is about 60 % busy. On two cores a third thread for reading and checksums could gain a fifth at most, as both cores are then full. Tried without a gain beyond the noise: two frames at a time on the
socket, fewer sends ahead, chunks of 1.5 to 4 MiB (0.88 to 1.07 of the rate with 1 MiB); smaller ones are slower (0.74 with 0.5 MiB, 0.32 with 0.25).

On a virtual machine whose host takes back unused pages, memory that the page cache has not used for a second or two costs up to four times the transfer, so a run warms it when everything is loaded; transfers that take longer than that
still pay for it.
`;

/** @param {readonly Result[]} results */
export function writeReport(results) {
  const [cpu] = cpus();
  const machine = `${cpus().length} cores (${cpu?.model.trim() ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, ${process.platform}.`;
  const page = [intro, machine, ...results.map(section), closing].join('\n\n').replaceAll(/\n{3,}/gu, '\n\n');
  writeFileSync(join(rootDirectory, 'docs/performance.md'), page);
}

/** @type {Record<string, (result: Result) => string>} */
const headings = {
  file: ({ bytes }) => `## One file of ${bytes / 2 ** 20} MiB to one receiver, to a disk`,
  fanout: ({ bytes, receivers }) => `## One file of ${bytes / 2 ** 20} MiB to ${receivers} receivers at once`,
  latency: ({ bytes, roundTripMs, megabitsPerSecond }) =>
    `## One file of ${bytes / 2 ** 20} MiB over a link of ${megabitsPerSecond} Mbit/s and ${roundTripMs} ms round trip`,
  tensor: ({ bytes }) => `## A state dict of ${bytes / 2 ** 20} MiB, memory to memory`,
  core: ({ chunkBytes }) => `## Chunks of ${chunkBytes} bytes through memory, in one process`,
};

/** @param {Result} result */
function section(result) {
  const heading = headings[result['suite']]?.(result) ?? `## ${result['suite']}`;
  const { microsecondsPerChunk: cost, rounds, results } = result;
  if (cost) return `${heading}\n\n${spread(cost, 1)} µs a chunk, ${rounds} rounds.`;
  const beside = results.find((/** @type {Result} */ { name }) => name === reference)?.megabytesPerSecond.median;
  const head =
    '| | MB/s | of the checked plain copy | owner’s peak MiB | receiver’s peak MiB | CPU s/GiB |\n| --- | --- | --- | --- | --- | --- |';
  const rows = results.map(
    (/** @type {Result} */ { name, megabytesPerSecond: rate, ownerMiB, receiverMiB, cpuSecondsPerGiB }) =>
      `| ${name} | ${spread(rate, 0)} | ${beside ? (rate.median / beside).toFixed(2) : ''} | ${known(ownerMiB, 0)} | ${known(receiverMiB, 0)} | ${known(cpuSecondsPerGiB?.median, 2)} |`,
  );
  return `${heading}\n\nMedian and range of ${rounds} rounds.\n\n${head}\n${rows.join('\n')}`;
}

/**
 * @param {{ median: number, min: number, max: number }} values
 * @param {number} digits
 */
function spread({ median, min, max }, digits) {
  return `${median.toFixed(digits)} [${min.toFixed(digits)}–${max.toFixed(digits)}]`;
}

/**
 * @param {number | null | undefined} value
 * @param {number} digits
 */
function known(value, digits) {
  return value === null || value === undefined || Number.isNaN(value) ? '–' : value.toFixed(digits);
}
