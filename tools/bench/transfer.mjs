// @ts-check
// One transfer: an owner and its receivers, each a process of its own, over loopback TCP.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { holdMemory, isSameFile, sourceOf } from './files.mjs';
import { startPeer } from './processes.mjs';

/**
 * @typedef {import('./processes.mjs').Child} Child
 * @typedef {{ roundTripMs: number, bytesPerSecond: number, windowBytes: number }} Link one that is slower than loopback
 * @typedef {object} Transfer
 * @property {import('./contenders.mjs').Contender} contender
 * @property {number} bytes of one object
 * @property {number} receivers those that take everything
 * @property {Record<string, unknown>} [settings] beside the contender's own
 * @property {Link} [link]
 * @property {'consumer' | 'process'} [stalls] how one more receiver stops after its first chunk
 * @property {boolean} [isFile] whether a file moves, which is the usual thing; else the owner makes what it has
 * @property {boolean} [isTimed] whether the rate counts, which is the usual thing
 */

/**
 * Moves something, looks whether it arrived, and leaves nothing behind.
 * @param {Transfer} transfer
 * @param {string} directory
 * @returns {Promise<import('./interleave.mjs').Measured>}
 */
export async function run(transfer, directory) {
  /** @type {Child[]} */
  const peers = [];
  const common = { ...transfer.contender.settings, ...transfer.settings, bytes: transfer.bytes, directory };
  const names = Array.from({ length: transfer.receivers }, (_, index) => `receiver-${index}`);
  try {
    return await move(transfer, directory, names, (script, settings) => {
      const peer = startPeer(script, { ...common, ...settings });
      peers.push(peer);
      return peer;
    });
  } finally {
    for (const peer of peers) peer.leave();
    await Promise.all(names.map((name) => rm(targetOf(directory, name), { force: true })));
  }
}

/** @param {string} directory @param {string} name of a receiver */
const targetOf = (directory, name) => join(directory, `${name}.target`);

/**
 * @param {Transfer} transfer
 * @param {string} directory
 * @param {readonly string[]} names of the receivers
 * @param {(script: string, settings: Record<string, unknown>) => Child} start
 */
async function move(transfer, directory, names, start) {
  const { contender, bytes, link, stalls, isFile = true, isTimed = true } = transfer;
  const path = isFile ? await sourceOf(directory, bytes) : undefined;
  const held = isTimed ? await holdMemory(directory, bytes * names.length) : undefined;
  const owner = start(contender.owner, { path, stalls, receivers: names.length + (stalls ? 1 : 0) });
  const ready = await owner.next();
  const reached = link ? await linked(ready, (port) => start('slow-link.mjs', { port, ...link })) : ready;
  const startReceiver = (/** @type {string} */ name, more = {}) =>
    start(contender.receiver, { ...reached, name, ...(isFile && { target: targetOf(directory, name) }), ...more });
  if (stalls) await stall(startReceiver('stalled', { stalls }));
  const children = names.map((name) => startReceiver(name));
  for (const child of children) await child.next();
  await held?.giveBack();
  const [ownerDone, ...done] = await carryOut(owner, children);
  for (const [index, line] of done.entries()) {
    if (!isEqual(path ? [path, targetOf(directory, names[index] ?? '')] : undefined, ready, line))
      throw new Error('something else was delivered');
  }
  return { ...memoryOf(ownerDone, done), ...(isTimed && speedOf(ownerDone, done, bytes)) };
}

/**
 * From the word to begin to the end of all processes: what the owner and each receiver said last.
 * @param {Child} owner
 * @param {readonly Child[]} receivers
 * @returns {Promise<[Record<string, any>, ...Record<string, any>[]]>}
 */
async function carryOut(owner, receivers) {
  for (const child of receivers) child.go();
  const done = await Promise.all(receivers.map((child) => child.next()));
  owner.go();
  const ownerDone = await owner.next();
  await Promise.all([owner, ...receivers].map(({ ended }) => ended));
  return [ownerDone, ...done];
}

/**
 * Whether a receiver has what the owner gave: the same file, or bytes in memory of the same digest.
 * @param {readonly [string, string] | undefined} paths
 * @param {Record<string, any>} ready
 * @param {Record<string, any>} done
 */
function isEqual(paths, ready, done) {
  return paths ? isSameFile(...paths) : ready['sha256'] !== undefined && done['sha256'] === ready['sha256'];
}

/**
 * @param {Record<string, any>} owner
 * @param {readonly Record<string, any>[]} receivers
 */
function memoryOf({ peakMiB, budgetMiB, budgetPeakMiB }, receivers) {
  const receiverMiB = Math.max(...receivers.map(({ peakMiB }) => peakMiB));
  return { completed: receivers.length, ownerMiB: peakMiB, receiverMiB, budgetMiB, budgetPeakMiB };
}

/**
 * @param {Record<string, any>} owner
 * @param {readonly Record<string, any>[]} receivers
 * @param {number} bytes
 */
function speedOf({ cpuSeconds }, receivers, bytes) {
  const gibibytes = (bytes * receivers.length) / 2 ** 30;
  const seconds = Math.max(...receivers.map(({ seconds }) => seconds));
  return {
    seconds,
    megabytesPerSecond: (bytes * receivers.length) / seconds / 1e6,
    ownerCpuSecondsPerGiB: cpuSeconds / gibibytes,
    receiverCpuSecondsPerGiB: receivers.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0) / gibibytes,
  };
}

/** Has a receiver begin and stop. @param {Child} child */
async function stall(child) {
  await child.next();
  child.go();
  await child.next();
}

/**
 * Puts a slow link before an owner.
 * @param {Record<string, any>} ready what the owner said
 * @param {(port: number) => Child} start
 */
async function linked({ port, ref }, start) {
  const { port: near } = await start(port ?? Number(ref.addresses[0].split(':').at(-1))).next();
  return { port: near, ref: ref && { ...ref, addresses: [`127.0.0.1:${near}`] } };
}
