// @ts-check
// One transfer: an owner and its receivers, each a process of its own, over loopback TCP.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isSameFile, sourceOf, warmMemory } from './files.mjs';
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
 * @param {Transfer} transfer
 * @param {string} directory
 * @returns {Promise<import('./interleave.mjs').Measured>}
 */
export async function run(transfer, directory) {
  const { contender, bytes, receivers, link, stalls, isFile = true, isTimed = true } = transfer;
  const settings = { ...contender.settings, ...transfer.settings, bytes, directory };
  const path = isFile ? await sourceOf(directory, bytes) : undefined;
  const owner = startPeer(contender.owner, { ...settings, path, stalls, receivers: receivers + (stalls ? 1 : 0) });
  const ready = await owner.next();
  const { end, ...reached } = link ? await linked(ready, link) : { ...ready, end: () => {} };
  const start = (/** @type {string} */ name, more = {}) => {
    const target = join(directory, `${name}.target`);
    const where = { ...reached, ...(isFile && { target }), name };
    return { target, ...startPeer(contender.receiver, { ...settings, ...where, ...more }) };
  };
  const stalled = stalls && start('stalled', { stalls });
  const children = Array.from({ length: receivers }, (_, index) => start(`receiver-${index}`));
  try {
    if (stalled) await stall(stalled);
    for (const child of children) await child.next();
    if (isFile && isTimed) await warmMemory(directory, bytes * receivers);
    for (const child of children) child.go();
    const done = await Promise.all(children.map((child) => child.next()));
    owner.go();
    const ownerDone = await owner.next();
    await Promise.all([owner, ...children].map(({ ended }) => ended));
    for (const [index, { target }] of children.entries()) {
      if (!isEqual(path ? [path, target] : undefined, ready, done[index]))
        throw new Error(`${contender.name} delivered something else`);
      await rm(target, { force: true });
    }
    return { ...memoryOf(ownerDone, done), ...(isTimed && speedOf(ownerDone, done, bytes)) };
  } finally {
    stalled?.kill();
    end();
  }
}

/**
 * Whether a receiver has what the owner gave: the same file, or bytes in memory of the same digest.
 * @param {[string, string] | undefined} paths
 * @param {Record<string, any>} ready
 * @param {Record<string, any> | undefined} done
 */
function isEqual(paths, ready, done) {
  return paths ? isSameFile(...paths) : ready['sha256'] !== undefined && done?.['sha256'] === ready['sha256'];
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
 * @param {Link} link
 */
async function linked({ port, ref }, link) {
  const proxy = startPeer('slow-link.mjs', { port: port ?? Number(ref.addresses[0].split(':').at(-1)), ...link });
  const { port: near } = await proxy.next();
  return { port: near, ref: ref && { ...ref, addresses: [`127.0.0.1:${near}`] }, end: proxy.kill };
}
