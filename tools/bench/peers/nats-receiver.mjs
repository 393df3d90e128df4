// @ts-check
import { closeSync, openSync, writeSync } from 'node:fs';
import { connect } from '@nats-io/transport-node';
import { Objm } from '@nats-io/obj';
import { go, say, settings, usage } from './report.mjs';

const { port, ref, target } = settings();
await go();
const startMs = performance.now();
const connection = await connect({ servers: `127.0.0.1:${port}` });
const store = await new Objm(connection).open('bench');
const object = await store.get(ref);
const file = openSync(target, 'w');
let bytes = 0;
for await (const chunk of object.data) bytes += writeSync(file, chunk, 0, chunk.byteLength, bytes);
// It has checked the digest of the whole object by then.
const error = await object.error;
if (error) throw error;
closeSync(file);
const seconds = (performance.now() - startMs) / 1000;
await connection.close();
say({ event: 'done', seconds, bytes, ...usage() });
