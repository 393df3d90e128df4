// @ts-check
// A file by an rsync daemon. It ends when the receivers say that they have it.
import { writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { freePort, runUntilTold, untilItListens } from './external.mjs';
import { say, settings } from './report.mjs';

const { path } = settings();
const folder = dirname(path);
const port = await freePort();
const config = join(folder, 'rsyncd.conf');
await writeFile(
  config,
  `use chroot = no\nlog file = /dev/null\n[files]\npath = ${folder}\nread only = yes\nuid = root\ngid = root\n`,
);
const words = ['--daemon', '--no-detach', '--address=127.0.0.1', `--port=${port}`, `--config=${config}`];
const ended = runUntilTold('rsync', words);
await untilItListens(port);
say({ event: 'ready', port, ref: basename(path) });
await ended;
say({ event: 'done' });
