// @ts-check
// A file by an rsync daemon.
import { writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { freePort, startProgram, untilItListens } from './external.mjs';
import { ready, say, settings, told } from './report.mjs';

const { path, directory } = settings();
const port = await freePort();
const config = join(directory, 'rsyncd.conf');
await writeFile(
  config,
  `use chroot = no\nlog file = /dev/null\n[files]\npath = ${dirname(path)}\nread only = yes\nuid = root\ngid = root\n`,
);
const words = ['--daemon', '--no-detach', '--address=127.0.0.1', `--port=${port}`, `--config=${config}`];
const program = startProgram('rsync', words, directory);
await untilItListens(port);
ready({ port, ref: basename(path) });
await told();
const { used } = await program.stop();
say({ event: 'done', ...used });
