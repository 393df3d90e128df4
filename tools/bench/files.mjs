// @ts-check
// Files that are moved, and whether they arrived.
import { closeSync, openSync, readSync } from 'node:fs';
import { open, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const blockBytes = 2 ** 20;
const restMs = 2500;
const largeBytes = 2 ** 28;
const spareBytes = 2 ** 29;

/**
 * The file of a size; one that was written in this run already is used again.
 * @param {string} directory @param {number} bytes
 */
export async function sourceOf(directory, bytes) {
  const path = join(directory, `source-${bytes}.bin`);
  if ((await stat(path).catch(() => undefined)) === undefined) await writeBlocks(path, bytes);
  return path;
}

/**
 * How much is held for receivers that get so many bytes together: something to spare, of which the host may take.
 * @param {number} bytes
 */
export const heldBytesFor = (bytes) => (bytes < largeBytes ? bytes : bytes + spareBytes);

/**
 * Holds as much memory of the page cache as the receivers need for what they get, on a disk or not, and more, until it is given back. The
 * host of a virtual machine takes back what is unused, 128 MiB at a time some two seconds after something large was freed, and a page that it
 * has taken costs 10 µs instead of 0.3. So nothing large is freed for a while, and then just this. What the host takes of it meanwhile is used
 * last: without the spare part that fell to whoever took longest, and made it take longer still.
 * @param {string} directory @param {number} bytes
 */
export async function holdMemory(directory, bytes) {
  const path = join(directory, 'held.bin');
  await writeBlocks(path, heldBytesFor(bytes));
  const isHeld = delay(bytes < largeBytes ? 0 : restMs);
  return {
    giveBack: async () => {
      await isHeld;
      await rm(path);
    },
  };
}

/** No two blocks are alike. @param {string} path @param {number} bytes */
async function writeBlocks(path, bytes) {
  const file = await open(path, 'w');
  const block = Buffer.alloc(blockBytes);
  let word = 0x2545f491;
  for (let at = 0; at < block.length; at += 4) {
    word = (Math.imul(word, 1664525) + 1013904223) >>> 0;
    block.writeUInt32LE(word, at);
  }
  for (let offset = 0; offset < bytes; offset += blockBytes) {
    block.writeUInt32LE(offset / blockBytes, 0);
    await file.write(block, 0, Math.min(blockBytes, bytes - offset), offset);
  }
  await file.close();
}

/** Whether two files have the same bytes. @param {string} one @param {string} other */
export function isSameFile(one, other) {
  const pair = [one, other].map((path) => ({ file: openSync(path, 'r'), block: Buffer.allocUnsafeSlow(blockBytes) }));
  try {
    for (let offset = 0; ; offset += blockBytes) {
      const [a, b] = pair.map(({ file, block }) => block.subarray(0, readSync(file, block, 0, blockBytes, offset)));
      if (!a || !b || !a.equals(b)) return false;
      if (a.byteLength < blockBytes) return true;
    }
  } finally {
    for (const { file } of pair) closeSync(file);
  }
}

/** @param {string} directory */
export async function freeBytes(directory) {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
}
