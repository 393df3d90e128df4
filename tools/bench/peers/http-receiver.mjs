// @ts-check
// undici's fastest way to a file: its stream, straight into a write stream.
import { createWriteStream } from 'node:fs';
import { Agent, stream } from 'undici';
import { go, say, settings, usage } from './report.mjs';

const { port, target } = settings();
await go();
const startMs = performance.now();
const file = createWriteStream(target, { highWaterMark: 1024 * 1024 });
const dispatcher = new Agent();
await stream(`http://127.0.0.1:${port}/`, { method: 'GET', dispatcher }, () => file);
const seconds = (performance.now() - startMs) / 1000;
await dispatcher.close();
say({ event: 'done', seconds, bytes: file.bytesWritten, ...usage() });
