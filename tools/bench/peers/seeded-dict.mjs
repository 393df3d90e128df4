// @ts-check
import { createCipheriv, createHash } from 'node:crypto';

/** @typedef {import('@towline/adapter-tensor/safetensors').StateDict} StateDict */

/**
 * A state dict of layers with eight tensors each, F32, that is the same in every process: AES-128 in counter mode.
 * @param {{ bytes: number, layers: number, changedEvery?: number }} shape every tensor so many apart has other values
 * @returns {StateDict}
 */
export function seededDict({ bytes, layers, changedEvery = 0 }) {
  const count = layers * 8;
  const rows = Math.floor(bytes / count / 4096);
  const names = Array.from({ length: count }, (_, at) => `layers.${Math.floor(at / 8)}.${at % 8}.weight`);
  /** @type {StateDict['tensors']} */
  const tensors = new Map();
  for (const [at, name] of names.entries()) {
    const isChanged = changedEvery > 0 && at % changedEvery === 0;
    tensors.set(name, {
      dtype: 'F32',
      shape: [rows, 1024],
      data: seededBytes(rows * 4096, isChanged ? at + count : at),
    });
  }
  return { tensors, metadata: new Map([['format', 'pt']]) };
}

/**
 * Bytes that are the same in every process.
 * @param {number} bytes
 * @param {number} seed
 */
export function seededBytes(bytes, seed) {
  const key = Buffer.alloc(16);
  key.writeUInt32LE(seed);
  const cipher = createCipheriv('aes-128-ctr', key, Buffer.alloc(16));
  const data = new Uint8Array(bytes);
  const zeros = Buffer.alloc(1024 * 1024);
  for (let at = 0; at < bytes; at += zeros.byteLength) {
    data.set(cipher.update(zeros.subarray(0, Math.min(zeros.byteLength, bytes - at))), at);
  }
  return data;
}

/**
 * The SHA-256 of names and bytes, by name.
 * @param {StateDict} dict
 */
export function digestOfDict({ tensors }) {
  const hash = createHash('sha256');
  for (const name of [...tensors.keys()].toSorted()) hash.update(`${name}\0`).update(tensors.get(name)?.data ?? '');
  return hash.digest('hex');
}
