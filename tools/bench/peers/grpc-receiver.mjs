// @ts-check
// To a file, or for record batches into memory.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, openSync, writeSync } from 'node:fs';
import { Client, credentials } from '@grpc/grpc-js';
import { method, path } from './grpc-stream.mjs';
import { go, say, settings, usage } from './report.mjs';

const { port, target, arrow } = settings();
await go();
const startMs = performance.now();
const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
const { requestSerialize, responseDeserialize } = method;
const stream = client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, Buffer.alloc(0));
/** @type {Buffer[]} */
const kept = [];
const file = arrow ? undefined : openSync(target, 'w');
let bytes = 0;
stream.on('data', (/** @type {Buffer} */ message) => {
  if (file === undefined) kept.push(message);
  else writeSync(file, message, 0, message.byteLength, bytes);
  bytes += message.byteLength;
});
await once(stream, 'end');
if (file !== undefined) closeSync(file);
const seconds = (performance.now() - startMs) / 1000;
client.close();
const used = usage();
say({ event: 'done', seconds, bytes, ...(arrow && { sha256: digest() }), ...used });

function digest() {
  const hash = createHash('sha256');
  for (const message of kept) hash.update(message);
  return hash.digest('hex');
}
