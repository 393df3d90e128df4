// @ts-check
// Shares paths from one process to others over TCP with tickets, and compares what arrived.
import { basename, join } from 'node:path';
import { startTowline } from './command.mjs';
import { digestOf } from './digest.mjs';

/** @typedef {import('./command.mjs').JsonEvent} JsonEvent */
/** @typedef {import('./table.mjs').Row} Row */

const threeSites = ['site-1', 'site-2', 'site-3'];
/** @type {Map<string, string>} the last line shown for each receiver */
const shown = new Map();

/**
 * Shares the paths to receivers, each into a folder of its own below `folder`, and gives a row for each process.
 * @param {readonly string[]} paths
 * @param {string} folder
 * @param {readonly string[]} [names]
 * @returns {Promise<Row[]>}
 */
export async function handOver(paths, folder, names = threeSites) {
  /** @type {Promise<Row>[]} */
  const receivers = [];
  /** @type {JsonEvent | undefined} */
  let outcome;
  const owner = startTowline(['share', ...paths, '--to', names.join(), '--timeout', '60'], {
    onEvent(event) {
      if (event.event === 'ticket')
        receivers.push(receive(event.receiver, event.ticket, paths, join(folder, event.receiver)));
      if (event.event === 'progress') showProgress(event);
      if (event.event === 'outcome') outcome = event;
    },
  });
  const exitCode = await owner.ended;
  const rows = await Promise.all(receivers);
  const none = { bytes: undefined, seconds: undefined, isEqual: undefined };
  return [{ name: 'owner', ...none, peakMemoryBytes: outcome?.peakMemoryBytes, exitCode }, ...rows];
}

/**
 * One receiver: pulls by its ticket into a folder of its own, which is then compared with the sources.
 * @param {string} name
 * @param {string} ticket
 * @param {readonly string[]} paths
 * @param {string} target
 * @returns {Promise<Row>}
 */
async function receive(name, ticket, paths, target) {
  let startedMs = 0;
  let endedMs = 0;
  /** @type {JsonEvent | undefined} */
  let done;
  const { ended } = startTowline(['pull', '-', '--out', target, '--quiet'], {
    input: `${ticket}\n`,
    onEvent(event) {
      if (event.event === 'progress') startedMs ||= performance.now();
      if (event.event !== 'done') return;
      endedMs = performance.now();
      done = event;
    },
  });
  const exitCode = await ended;
  const isEqual = done !== undefined && (await isSame(paths, target));
  const seconds = done && (endedMs - startedMs) / 1000;
  return { name, bytes: done?.bytes, seconds, isEqual, peakMemoryBytes: done?.peakMemoryBytes, exitCode };
}

/**
 * @param {readonly string[]} paths
 * @param {string} target
 */
async function isSame(paths, target) {
  for (const path of paths) {
    if ((await digestOf(path)) !== (await digestOf(join(target, basename(path))))) return false;
  }
  return true;
}

/**
 * Where the owner cannot redraw its own lines, a line of ours for every tenth of what a receiver gets.
 * @param {JsonEvent} event
 */
function showProgress({ receiverId, bytesDone, bytesTotal, state }) {
  if (process.stderr.isTTY) return;
  const percent = bytesTotal > 0 ? Math.floor((bytesDone / bytesTotal) * 10) * 10 : 0;
  const line = `${receiverId}  ${state}  ${percent}%`;
  if (shown.get(receiverId) === line) return;
  shown.set(receiverId, line);
  console.error(line);
}

/**
 * Whether every process ended well and every receiver got the same bytes.
 * @param {readonly Row[]} rows
 */
export function isGood(rows) {
  return rows.every(({ exitCode, isEqual }) => exitCode === 0 && isEqual !== false);
}
