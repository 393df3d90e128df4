// @ts-check
import { createCipheriv } from 'node:crypto';
import { open, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { encodeHeader } from '@towline/adapter-tensor/safetensors';

const blockBytes = 2 ** 20;

/**
 * Writes a checkpoint of bytes that look random, over one file or several, without holding it.
 * @param {readonly string[]} paths
 * @param {number} bytes of all tensors
 * @param {{ largest?: number, index?: string }} [options] one tensor of `largest` bytes; an index over the files
 */
export async function writeCheckpoint(paths, bytes, { largest, index } = {}) {
  /** @type {Record<string, string>} */
  const weightMap = {};
  for (const [at, path] of paths.entries()) {
    const sizes = sizesOf(bytes / paths.length, largest);
    const types = sizes.map(
      (size, place) =>
        /** @type {const} */ ([`layers.${at}.${place}.weight`, { dtype: 'BF16', shape: [size / 2048, 1024] }]),
    );
    for (const [name] of types) weightMap[name] = basename(path);
    await writeShard(path, encodeHeader(new Map(types), new Map([['format', 'pt']])));
  }
  if (index) await writeFile(index, JSON.stringify({ metadata: { total_size: bytes }, weight_map: weightMap }));
}

/**
 * @param {number} bytes
 * @param {number} [largest]
 */
function sizesOf(bytes, largest) {
  const rest = bytes - (largest ?? 0);
  const others = Array.from({ length: 20 }, (_, at) => (at === 0 ? rest - 19 * even(rest / 20) : even(rest / 20)));
  return largest === undefined ? others : [...others, largest];
}

/** @param {number} size a whole number of rows */
const even = (size) => Math.floor(size / 2048) * 2048;

/**
 * @param {string} path
 * @param {import('@towline/adapter-tensor/safetensors').EncodedHeader} encoded
 */
async function writeShard(path, { bytes, header }) {
  const file = await open(path, 'w');
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16, basename(path)), Buffer.alloc(16));
  const zeros = Buffer.alloc(blockBytes);
  try {
    await file.write(bytes);
    for (let at = 0; at < header.dataBytes; at += blockBytes) {
      await file.write(cipher.update(zeros.subarray(0, Math.min(blockBytes, header.dataBytes - at))));
    }
  } finally {
    await file.close();
  }
}
