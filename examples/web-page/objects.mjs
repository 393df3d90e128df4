// @ts-check
// What the owner has, each with the SHA-256 that the page is to come to.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { addTable } from '@towline/adapter-arrow';
import { addFile } from '@towline/adapter-file';
import { addTensors } from '@towline/adapter-tensor';
import { tensorFrom, writeStateDict } from '@towline/adapter-tensor/safetensors';
import { tableFromArrays, tableToIPC } from 'apache-arrow';

/** @typedef {import('@towline/downloader-core').Ref} Ref */
/** @typedef {import('@towline/downloader-core').Transaction} Transaction */
/** @typedef {{ name: string, ref: Ref, sha256: string }} SharedObject */

/**
 * 32 tensors of 1 MiB.
 * @param {Transaction} transaction
 * @returns {Promise<SharedObject>}
 */
export async function addWeights(transaction) {
  const value = (/** @type {number} */ layer) => (/** @type {unknown} */ _, /** @type {number} */ at) =>
    Math.sin(layer * 1000 + at);
  const layers = Array.from({ length: 32 }, (_, layer) => Float32Array.from({ length: 2 ** 18 }, value(layer)));
  const tensors = new Map(layers.map((values, layer) => [`layers.${layer}.weight`, tensorFrom(values, [512, 512])]));
  const dict = { tensors, metadata: new Map() };
  return { name: 'weights', ref: await addTensors(transaction, dict), sha256: sha256(writeStateDict(dict)) };
}

/**
 * A million rows of two columns.
 * @param {Transaction} transaction
 * @returns {Promise<SharedObject>}
 */
export async function addReadings(transaction) {
  const second = Float64Array.from({ length: 1_000_000 }, (_, row) => row / 1000);
  const bytes = tableToIPC(tableFromArrays({ second, volts: second.map((at) => Math.sin(at)) }), 'stream');
  return { name: 'readings', ref: await addTable(transaction, bytes), sha256: sha256(bytes) };
}

/**
 * @param {Transaction} transaction
 * @param {readonly string[]} paths
 * @returns {Promise<SharedObject[]>}
 */
export function addFiles(transaction, paths) {
  return Promise.all(
    paths.map(async (path) => {
      const hash = createHash('sha256');
      await pipeline(createReadStream(path), hash);
      return { name: basename(path), ref: await addFile(transaction, path), sha256: hash.digest('hex') };
    }),
  );
}

/** @param {Uint8Array} bytes */
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
