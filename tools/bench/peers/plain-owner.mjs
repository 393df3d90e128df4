// @ts-check
// A plain copy, as good as Node allows: synchronous positioned reads into a few buffers, or memory as it lies; header and body in one writev.
import { createHash } from 'node:crypto';
import { fstatSync, openSync, readSync } from 'node:fs';
import { createServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { askBytes, chunkBytesOf, hashOf, headBytes, psk, tls13 } from './plain-frames.mjs';
import { ready, say, settings, told, usage } from './report.mjs';
import { seededBytes } from './seeded-dict.mjs';

const { path, bytes, fromMemory, checksum, encrypted } = settings();
const hash = await hashOf(checksum);
const chunkBytes = chunkBytesOf(encrypted);
const held = fromMemory ? seededBytes(bytes, 0) : undefined;
const sha256 = held && createHash('sha256').update(held).digest('hex');
const file = held ? -1 : openSync(path, 'r');
const size = held ? bytes : fstatSync(file).size;

const server = encrypted ? createTlsServer({ ...tls13, pskCallback: () => psk.key }) : createServer({ noDelay: true });
server.on(encrypted ? 'secureConnection' : 'connection', (/** @type {import('node:net').Socket} */ socket) => {
  socket.setNoDelay(true);
  const begin = () => {
    const ask = socket.read(askBytes);
    if (!ask) return;
    socket.off('readable', begin).resume();
    send(socket, ask.readUInt32BE(0), ask.readUInt32BE(4));
  };
  socket.on('readable', begin);
});
server.listen(0, '127.0.0.1', () => ready({ port: /** @type {any} */ (server.address()).port, sha256 }));
await told();
server.close();
say({ event: 'done', ...usage() });

/**
 * @param {import('node:net').Socket} socket
 * @param {number} first the first chunk
 * @param {number} step how many further each next one is
 */
function send(socket, first, step) {
  const pool = Array.from({ length: 4 }, () => Buffer.allocUnsafeSlow(chunkBytes));
  let offset = first * chunkBytes;
  let inFlight = 0;
  const pump = () => {
    while (inFlight < pool.length - 1 && offset < size) {
      const buffer = /** @type {Buffer<ArrayBuffer>} */ (pool.shift());
      const body = held ? held.subarray(offset, offset + chunkBytes) : read(buffer, offset);
      const head = Buffer.allocUnsafe(headBytes);
      head.writeUInt32BE(body.byteLength, 0);
      head.writeBigUInt64BE(hash(body), 4);
      offset += step * chunkBytes;
      inFlight += 1;
      socket.cork();
      socket.write(head);
      socket.write(body, () => {
        inFlight -= 1;
        pool.push(buffer);
        pump();
      });
      socket.uncork();
    }
    if (offset >= size && inFlight === 0) socket.end();
  };
  pump();
}

/**
 * @param {Buffer<ArrayBuffer>} buffer
 * @param {number} offset of the file
 */
function read(buffer, offset) {
  return buffer.subarray(0, readSync(file, buffer, 0, chunkBytes, offset));
}
