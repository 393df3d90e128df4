// @ts-check
// A file, or the IPC stream of record batches in memory, as a stream of messages.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { promisify } from 'node:util';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { messageBytes, method } from './grpc-stream.mjs';
import { ready, say, settings, told, usage } from './report.mjs';

const { path, arrow, bytes } = settings();
const held = arrow && (await ipcStream());

const server = new Server();
server.addService({ read: method }, { read: (/** @type {any} */ call) => void send(call) });
const port = await promisify(server.bindAsync.bind(server))('127.0.0.1:0', ServerCredentials.createInsecure());
ready({ port, ...(held && { sha256: createHash('sha256').update(held).digest('hex') }) });
await told();
const used = usage();
server.forceShutdown();
say({ event: 'done', ...used });

/** Loaded only for it, so that a file costs no memory for what it does not need. */
async function ipcStream() {
  const [{ Table, tableToIPC }, { mixedBatches }] = await Promise.all([
    import('apache-arrow'),
    import('./mixed-table.mjs'),
  ]);
  return tableToIPC(new Table(mixedBatches(bytes, true)), 'stream');
}

/** @param {import('node:stream').Writable} call */
async function send(call) {
  for (const message of held ? slices(held) : pieces(path)) {
    if (!call.write(message)) await once(call, 'drain');
  }
  call.end();
}

/** @param {Uint8Array} all */
function* slices(all) {
  for (let at = 0; at < all.byteLength; at += messageBytes) {
    const { buffer, byteOffset, byteLength } = all.subarray(at, at + messageBytes);
    yield Buffer.from(buffer, byteOffset, byteLength);
  }
}

/** @param {string} from */
function* pieces(from) {
  const file = openSync(from, 'r');
  const { size } = fstatSync(file);
  for (let at = 0; at < size; at += messageBytes) {
    const message = Buffer.allocUnsafeSlow(Math.min(messageBytes, size - at));
    readSync(file, message, 0, message.byteLength, at);
    yield message;
  }
  closeSync(file);
}
