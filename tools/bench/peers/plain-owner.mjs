// @ts-check
// A plain copy, as good as Node allows: synchronous positioned reads into a few buffers, header and body in one writev.
import { fstatSync, openSync, readSync } from 'node:fs';
import { createServer } from 'node:net';
import { chunkBytes, hashOf, headBytes } from './plain-frames.mjs';
import { say, settings, usage } from './report.mjs';

const { path, receivers, checksum } = settings();
const hash = await hashOf(checksum);
const file = openSync(path, 'r');
const { size } = fstatSync(file);
let open = receivers;

const server = createServer({ noDelay: true }, (socket) => {
  const pool = Array.from({ length: 4 }, () => Buffer.allocUnsafeSlow(chunkBytes));
  let offset = 0;
  let inFlight = 0;
  const pump = () => {
    while (inFlight < pool.length - 1 && offset < size) {
      const buffer = /** @type {Buffer<ArrayBuffer>} */ (pool.shift());
      const length = readSync(file, buffer, 0, chunkBytes, offset);
      const body = buffer.subarray(0, length);
      const head = Buffer.allocUnsafe(headBytes);
      head.writeUInt32BE(length, 0);
      head.writeBigUInt64BE(hash(body), 4);
      offset += length;
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
  socket.on('close', () => {
    open -= 1;
    if (open > 0) return;
    server.close();
    say({ event: 'done', ...usage() });
  });
});
server.listen(0, '127.0.0.1', () => say({ event: 'ready', port: /** @type {any} */ (server.address()).port }));
