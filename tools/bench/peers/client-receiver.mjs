// @ts-check
// A file by a program of the system, from its first moment to its last.
import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { startProgram } from './external.mjs';
import { go, say, settings } from './report.mjs';

const { client, port, target, ref } = settings();
/** @type {Record<string, readonly string[]>} */
const words = {
  curl: ['--silent', '--fail', '--output', target, `http://127.0.0.1:${port}/${ref}`],
  rsync: ['--whole-file', `rsync://127.0.0.1:${port}/files/${ref}`, target],
};
await go();
const startMs = performance.now();
const { code, used } = await startProgram(client, words[client] ?? [], dirname(target)).ended();
if (code !== 0) throw new Error(`${client} ended with ${code}`);
say({ event: 'done', seconds: (performance.now() - startMs) / 1000, bytes: statSync(target).size, ...used });
