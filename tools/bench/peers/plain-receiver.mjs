// @ts-check
// The kernel reads straight into the buffer of the chunk; written synchronously at its position.
import { closeSync, openSync, writeSync } from 'node:fs';
import { connect } from 'node:net';
import { chunkBytes, hashOf, headBytes } from './plain-frames.mjs';
import { go, say, settings, usage } from './report.mjs';

const { port, target, checksum } = settings();
const hash = await hashOf(checksum);
await go();
const file = openSync(target, 'w');
const buffer = Buffer.allocUnsafeSlow(headBytes + chunkBytes);
const startMs = performance.now();
let filled = 0;
let offset = 0;
let wanted = headBytes;

function take(/** @type {number} */ bytes) {
  filled += bytes;
  if (filled === headBytes) wanted = headBytes + buffer.readUInt32BE(0);
  if (filled < wanted || filled === headBytes) return;
  const body = buffer.subarray(headBytes, wanted);
  if (checksum && hash(body) !== buffer.readBigUInt64BE(4)) throw new Error('a chunk arrived damaged');
  writeSync(file, body, 0, body.byteLength, offset);
  offset += body.byteLength;
  filled = 0;
  wanted = headBytes;
}

const socket = connect({
  port,
  host: '127.0.0.1',
  noDelay: true,
  onread: {
    buffer: () => buffer.subarray(filled, wanted),
    callback: (bytes) => {
      take(bytes);
      return true;
    },
  },
});
socket.on('close', () => {
  closeSync(file);
  say({ event: 'done', seconds: (performance.now() - startMs) / 1000, bytes: offset, ...usage() });
});
