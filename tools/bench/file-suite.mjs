// @ts-check
// One file from a process over loopback TCP to files of one or more receiving processes, beside plain socket copies.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { startPeer } from './processes.mjs';
import { spread } from './statistics.mjs';

/**
 * @typedef {import('./contenders.mjs').Contender} Contender
 * @typedef {{ roundTripMs: number, bytesPerSecond: number, windowBytes: number }} Link one that is slower than loopback
 * @typedef {{ seconds: number, ownerMiB?: number, receiverMiB?: number, cpu?: number }} Measured what others’ programs use is not measured
 */

/**
 * @param {string} suite
 * @param {readonly Contender[]} contenders
 * @param {{ directory: string, bytes: number, rounds: number, receivers: number, link?: Link }} options
 */
export async function fileSuite(suite, contenders, { directory, bytes, rounds, receivers, link }) {
  const path = join(directory, 'source.bin');
  await writeSource(path, bytes);
  const expected = await sha256(path);
  /** @type {Map<string, Measured[]>} */
  const runs = new Map(contenders.map(({ name }) => [name, []]));
  // The first round warms caches and is not counted; the order turns from round to round.
  for (let round = 0; round <= rounds; round += 1) {
    for (let index = 0; index < contenders.length; index += 1) {
      const contender = /** @type {Contender} */ (contenders[(index + round) % contenders.length]);
      const measured = await transfer(contender, { directory, path, bytes, receivers, expected, link });
      if (round > 0) runs.get(contender.name)?.push(measured);
    }
  }
  return {
    suite,
    bytes,
    receivers,
    rounds,
    ...(link && { roundTripMs: link.roundTripMs, megabitsPerSecond: (link.bytesPerSecond * 8) / 1e6 }),
    results: [...runs].map(([name, measured]) => ({
      name,
      megabytesPerSecond: spread(measured.map(({ seconds }) => (bytes * receivers) / seconds / 1e6)),
      ownerMiB: Math.max(...measured.map(({ ownerMiB = Number.NaN }) => ownerMiB)),
      receiverMiB: Math.max(...measured.map(({ receiverMiB = Number.NaN }) => receiverMiB)),
      cpuSecondsPerGiB: spread(measured.map(({ cpu = Number.NaN }) => (cpu / (bytes * receivers)) * 2 ** 30)),
    })),
  };
}

/**
 * @param {Contender} contender
 * @param {{ directory: string, path: string, bytes: number, receivers: number, expected: string, link: Link | undefined }} how
 * @returns {Promise<Measured>}
 */
async function transfer(contender, { directory, path, bytes, receivers, expected, link }) {
  const owner = startPeer(contender.owner, { ...contender.settings, path, receivers });
  const ready = await owner.next();
  const { port, ref, end } = link ? await linked(ready, link) : { port: ready.port, ref: ready.ref, end: undefined };
  const targets = Array.from({ length: receivers }, (_, index) => join(directory, `target-${index}.bin`));
  const children = targets.map((target, index) =>
    startPeer(contender.receiver, { ...contender.settings, port, ref, target, name: `receiver-${index}` }),
  );
  for (const child of children) await child.next();
  await warmMemory(join(directory, 'warm.bin'), bytes * receivers);
  for (const child of children) child.go();
  const done = await Promise.all(children.map((child) => child.next()));
  owner.go();
  const ownerDone = await owner.next();
  await Promise.all([owner, ...children].map(({ ended }) => ended));
  end?.();
  for (const target of targets) {
    if ((await sha256(target)) !== expected) throw new Error(`${contender.name} delivered another file`);
    await rm(target);
  }
  const used = [ownerDone, ...done];
  const isMeasured = used.every(({ cpuSeconds }) => cpuSeconds !== undefined);
  return {
    seconds: Math.max(...done.map(({ seconds }) => seconds)),
    ...(isMeasured && {
      ownerMiB: ownerDone['peakMiB'],
      receiverMiB: Math.max(...done.map(({ peakMiB }) => peakMiB)),
      cpu: used.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
    }),
  };
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

/**
 * Has the system take as much memory for the page cache as the targets need, and give it back: on a virtual machine pages that
 * it has not used for a second or two cost more than the whole transfer, and whoever took longer to begin would pay.
 * @param {string} path @param {number} bytes
 */
async function warmMemory(path, bytes) {
  await writeSource(path, bytes);
  await rm(path);
}

/** @param {string} path @param {number} bytes */
async function writeSource(path, bytes) {
  const file = await open(path, 'w');
  const block = Buffer.alloc(1024 * 1024);
  let word = 0x2545f491;
  for (let at = 0; at < block.length; at += 4) {
    word = (Math.imul(word, 1664525) + 1013904223) >>> 0;
    block.writeUInt32LE(word, at);
  }
  for (let offset = 0; offset < bytes; offset += block.length) {
    block.writeUInt32LE(offset / block.length, 0);
    await file.write(block, 0, Math.min(block.length, bytes - offset), offset);
  }
  await file.close();
}

/** @param {string} path */
async function sha256(path) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), hash);
  return hash.digest('hex');
}
