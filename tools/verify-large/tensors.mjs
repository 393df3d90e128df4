// @ts-check
// Checkpoints of 4 GiB from disk to disk, dicts of 1 GiB from memory to memory, and what a small change costs; small: a 64th.
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startPeer } from '../bench/processes.mjs';
import { writeCheckpoint } from './checkpoint.mjs';
import { verifyTransfer } from './transfer.mjs';

const mebibyte = 2 ** 20;
/** What a process needs besides tensors, window and budget. */
const restMiB = 96;
const windowMiB = 32;

/** @param {import('./main.mjs').Run} run */
export async function verifyTensors(run) {
  const scale = run.isSmall ? 64 : 1;
  await verifyDisks(run, scale);
  const dict = { bytes: 2 ** 30 / scale, layers: 32 };
  for (const receivers of [1, 4]) await verifyMemory(run, dict, receivers);
  await verifyChange(run, dict);
  await verifyPart(run, dict);
}

/**
 * @param {import('./main.mjs').Run} run
 * @param {number} scale
 */
async function verifyDisks(run, scale) {
  const single = join(run.folder, 'large.safetensors');
  await writeCheckpoint([single], 2 ** 32 / scale, { largest: (1.5 * 2 ** 30) / scale });
  await verifyTransfer(run, `a checkpoint of ${4096 / scale} MiB with a tensor of ${1536 / scale} MiB`, single, [
    'site-1',
  ]);
  await rm(single);
  const folder = join(run.folder, 'sharded');
  await mkdir(folder);
  const shards = Array.from({ length: 8 }, (_, at) => join(folder, `model-0000${at + 1}-of-00008.safetensors`));
  await writeCheckpoint(shards, 2 ** 32 / scale, { index: join(folder, 'model.safetensors.index.json') });
  await verifyTransfer(run, `a checkpoint of ${4096 / scale} MiB in 8 shards`, folder, ['site-1']);
  await rm(folder, { recursive: true });
}

/**
 * @typedef {{ bytes: number, layers: number, changedEvery?: number }} Shape
 * @typedef {Record<string, any>} Line
 */

/**
 * One owner of a dict and receivers, each in a process of its own.
 * @param {{ dict: Shape, receivers: number, base?: Shape, only?: readonly string[] }} settings
 * @returns {Promise<{ owner: Line, ready: Line, received: Line[] }>}
 */
async function handOverDict({ dict, receivers, ...asked }) {
  const owner = startPeer('tensor-owner.mjs', { dict, receivers });
  const ready = await owner.next();
  const children = Array.from({ length: receivers }, (_, at) =>
    startPeer('tensor-receiver.mjs', { ref: ready['ref'], name: `site-${at + 1}`, ...asked }),
  );
  const received = await Promise.all(
    children.map(async (child) => {
      await child.next();
      child.go();
      return child.next();
    }),
  );
  const done = await owner.next();
  await Promise.all([owner, ...children].map(({ ended }) => ended));
  return { owner: done, ready, received };
}

/**
 * @param {import('./main.mjs').Run} run
 * @param {Shape} dict
 * @param {number} receivers
 */
async function verifyMemory({ check }, dict, receivers) {
  const { owner, ready, received } = await handOverDict({ dict, receivers });
  const dictMiB = dict.bytes / mebibyte;
  const peaks = received.map(({ peakMiB }) => peakMiB);
  const seconds = received.map((line) => line['seconds'].toFixed(2)).join(', ');
  console.log(
    `\na dict of ${dictMiB} MiB to ${receivers}: ${seconds} s; peak of the owner ${owner['peakMiB'].toFixed(0)} MiB ` +
      `(${ready['baseMiB'].toFixed(0)} before), of the receivers ${peaks.map((peak) => peak.toFixed(0)).join(', ')} MiB`,
  );
  check(
    'every tensor is equal',
    received.every(({ sha256 }) => sha256 === ready['sha256']),
  );
  const most = dictMiB + restMiB + owner['budgetMiB'];
  check(`the owner stays under dict + ${restMiB} MiB + budget (${most.toFixed(0)})`, owner['peakMiB'] < most);
  const mostReceived = dictMiB + windowMiB + restMiB;
  check(
    `each receiver stays under dict + window + ${restMiB} MiB (${mostReceived})`,
    Math.max(...peaks) < mostReceived,
  );
}

/**
 * @param {import('./main.mjs').Run} run
 * @param {Shape} dict
 */
async function verifyChange({ check }, dict) {
  const changed = { ...dict, changedEvery: 20 };
  const { owner, ready, received } = await handOverDict({ dict: changed, receivers: 1, base: dict });
  const share = owner['goodputBytes'] / dict.bytes;
  const [line = {}] = received;
  console.log(
    `\n5 % of the tensors changed: ${(share * 100).toFixed(2)} % of the bytes in ${line['seconds'].toFixed(2)} s, of which ` +
      `${line['waited'].toFixed(2)} s until both sides had digested everything`,
  );
  check('every tensor is equal', line['sha256'] === ready['sha256']);
  check('under 6 % of the bytes travel', share < 0.06);
}

/**
 * @param {import('./main.mjs').Run} run
 * @param {Shape} dict
 */
async function verifyPart({ check }, dict) {
  const { owner, received } = await handOverDict({ dict, receivers: 1, only: ['layers.7.*'] });
  const share = owner['goodputBytes'] / dict.bytes;
  console.log(
    `\none layer of 32: ${(share * 100).toFixed(2)} % of the bytes in ${received[0]?.['seconds'].toFixed(2)} s`,
  );
  check('eight tensors arrive', received[0]?.['tensors'] === 8);
  check('under 4 % of the bytes travel', share < 0.04);
}
