// @ts-check
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { go, say, settings } from './report.mjs';

const { port, target, ref } = settings();
await go();
const startMs = performance.now();
const { status } = spawnSync('rsync', ['--whole-file', `rsync://127.0.0.1:${port}/files/${ref}`, target]);
if (status !== 0) throw new Error(`rsync ended with ${status}`);
say({ event: 'done', seconds: (performance.now() - startMs) / 1000, bytes: statSync(target).size });
