// @ts-check
// A plain copy, as good as Node allows: synchronous positioned reads into a few buffers, header and body in one writev.
import { fstatSync, openSync, readSync } from 'node:fs';
import { createServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { askBytes, chunkBytesOf, hashOf, headBytes, psk, tls13 } from './plain-frames.mjs';
import { ready, say, settings, told, usage } from './report.mjs';

const { path, checksum, encrypted } = settings();
const hash = await hashOf(checksum);
const chunkBytes = chunkBytesOf(encrypted);
const file = openSync(path, 'r');
const { size } = fstatSync(file);

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
server.listen(0, '127.0.0.1', () => ready({ port: /** @type {any} */ (server.address()).port }));
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
      const length = readSync(file, buffer, 0, chunkBytes, offset);
      const body = buffer.subarray(0, length);
      const head = Buffer.allocUnsafe(headBytes);
      head.writeUInt32BE(length, 0);
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
