// @ts-check
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { go, say, settings } from './report.mjs';

const { port, target, ref } = settings();
await go();
const startMs = performance.now();
const { status } = spawnSync('curl', ['--silent', '--fail', '--output', target, `http://127.0.0.1:${port}/${ref}`]);
if (status !== 0) throw new Error(`curl ended with ${status}`);
say({ event: 'done', seconds: (performance.now() - startMs) / 1000, bytes: statSync(target).size });
