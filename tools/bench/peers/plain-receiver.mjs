// @ts-check
// The kernel reads straight into the buffer of the chunk; it is written synchronously at its position, or copied to where it stays. Several connections take turns, chunk by chunk.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, openSync, writeSync } from 'node:fs';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { askBytes, chunkBytesOf, hashOf, headBytes, psk, tls13 } from './plain-frames.mjs';
import { go, say, settings, usage } from './report.mjs';

const { port, target, fromMemory, checksum, encrypted, connections = 1 } = settings();
const hash = await hashOf(checksum);
const chunkBytes = chunkBytesOf(encrypted);
const slabBytes = 64 * 1024 * 1024;
/** Nobody shows a certificate: the key is what each side proves itself by. */
const secret = { pskCallback: () => ({ psk: psk.key, identity: psk.identity }) };
await go();
/** @type {Buffer[]} of the whole, one behind the other */
const slabs = [];
const file = fromMemory ? -1 : openSync(target, 'w');
const startMs = performance.now();
let bytes = 0;
await Promise.all(Array.from({ length: connections }, (_, at) => receive(at, connections)));
if (!fromMemory) closeSync(file);
const seconds = (performance.now() - startMs) / 1000;
const used = usage();
say({ event: 'done', seconds, bytes, sha256: fromMemory && digestOfSlabs(), ...used });

/**
 * @param {number} first
 * @param {number} step
 */
async function receive(first, step) {
  const buffer = Buffer.allocUnsafeSlow(headBytes + chunkBytes);
  let filled = 0;
  let offset = first * chunkBytes;
  let wanted = headBytes;

  function take(/** @type {number} */ read) {
    filled += read;
    if (filled === headBytes) wanted = headBytes + buffer.readUInt32BE(0);
    if (filled < wanted || filled === headBytes) return true;
    const body = buffer.subarray(headBytes, wanted);
    if (checksum && hash(body) !== buffer.readBigUInt64BE(4)) throw new Error('a chunk arrived damaged');
    bytes += fromMemory ? keep(body, offset) : writeSync(file, body, 0, body.byteLength, offset);
    offset += step * chunkBytes;
    filled = 0;
    wanted = headBytes;
    return true;
  }

  const onread = { buffer: () => buffer.subarray(filled, wanted), callback: take };
  const address = { port, host: '127.0.0.1', noDelay: true, onread };
  const socket = encrypted
    ? connectTls({ ...address, ...tls13, ...secret, checkServerIdentity: () => undefined })
    : connect(address);
  const ask = Buffer.alloc(askBytes);
  ask.writeUInt32BE(first, 0);
  ask.writeUInt32BE(step, 4);
  socket.write(ask);
  await once(socket, 'close');
}

/**
 * Copies a chunk to memory that stays, which is taken by 64 MiB. A slab is whole chunks.
 * @param {Buffer} body
 * @param {number} offset
 */
function keep(body, offset) {
  const index = Math.floor(offset / slabBytes);
  const slab = (slabs[index] ??= Buffer.alloc(slabBytes));
  return body.copy(slab, offset % slabBytes);
}

function digestOfSlabs() {
  const hash = createHash('sha256');
  let left = bytes;
  for (const slab of slabs) {
    hash.update(slab.subarray(0, left));
    left -= slab.byteLength;
  }
  return hash.digest('hex');
}
