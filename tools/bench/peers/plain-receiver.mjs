// @ts-check
// The kernel reads straight into the buffer of the chunk; written synchronously at its position. Several connections take turns, chunk by chunk.
import { once } from 'node:events';
import { closeSync, openSync, writeSync } from 'node:fs';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { askBytes, chunkBytesOf, hashOf, headBytes, psk, tls13 } from './plain-frames.mjs';
import { go, say, settings, usage } from './report.mjs';

const { port, target, checksum, encrypted, connections = 1 } = settings();
const hash = await hashOf(checksum);
const chunkBytes = chunkBytesOf(encrypted);
/** Nobody shows a certificate: the key is what each side proves itself by. */
const secret = { pskCallback: () => ({ psk: psk.key, identity: psk.identity }) };
await go();
const file = openSync(target, 'w');
const startMs = performance.now();
let bytes = 0;
await Promise.all(Array.from({ length: connections }, (_, at) => receive(at, connections)));
closeSync(file);
say({ event: 'done', seconds: (performance.now() - startMs) / 1000, bytes, ...usage() });

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
    bytes += writeSync(file, body, 0, body.byteLength, offset);
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
