// @ts-check
// One owner and three receivers, each a process of its own, over TCP with tickets: npm run demo [-- PATH…]
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { handOver, isGood } from './hand-over.mjs';
import { writeSeededFile } from './seeded-file.mjs';
import { formatTable } from './table.mjs';

const seededBytes = 512 * 1024 * 1024;

const folder = await mkdtemp(join(tmpdir(), 'towline-demo-'));
// Ctrl-C reaches the children too; the demo then still tidies up.
process.on('SIGINT', () => {});
try {
  const rows = await handOver(await sources(process.argv.slice(2)), folder);
  console.log(`\n${formatTable(rows)}`);
  console.log(isGood(rows) ? '\nEverybody has everything.' : '\nNot everybody has everything.');
  process.exitCode = isGood(rows) ? 0 : 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}

/**
 * What is shared: the paths given, or a file made here.
 * @param {readonly string[]} paths
 */
async function sources(paths) {
  if (paths.length > 0) return paths.map((path) => resolve(path));
  const path = join(folder, 'seeded.bin');
  console.error(`writing a file of ${seededBytes / 1024 / 1024} MiB …`);
  await writeSeededFile(path, seededBytes);
  return [path];
}
