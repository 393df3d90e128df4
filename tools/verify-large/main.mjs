// @ts-check
// `npm run verify:large`: 5 GiB and 20,000 small files to three receiver processes, each process under 300 MiB.
// `-- --small` does the same with 64 MiB and 200 files.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { handOver, isGood } from '../demo/hand-over.mjs';
import { writeSeededFile } from '../demo/seeded-file.mjs';
import { formatTable } from '../demo/table.mjs';

const mostMemoryBytes = 300 * 2 ** 20;
const isSmall = process.argv.includes('--small');
const { fileBytes, files } = isSmall
  ? { fileBytes: 64 * 2 ** 20, files: 200 }
  : { fileBytes: 5 * 2 ** 30, files: 20_000 };

const folder = await mkdtemp(join(tmpdir(), 'towline-large-'));
try {
  const file = join(folder, 'large.bin');
  await writeSeededFile(file, fileBytes);
  await verify(`a file of ${fileBytes / 2 ** 20} MiB`, file);
  await rm(file);
  await verify(`a folder of ${files} files`, await writeFolder(join(folder, 'many'), files));
} finally {
  await rm(folder, { recursive: true, force: true });
}

/**
 * @param {string} what
 * @param {string} path
 */
async function verify(what, path) {
  const target = join(folder, 'received');
  const rows = await handOver([path], target);
  const isSmallEnough = rows.every(({ peakMemoryBytes }) => (peakMemoryBytes ?? Infinity) < mostMemoryBytes);
  console.log(`\n${what}\n${formatTable(rows)}`);
  if (!isSmallEnough) console.log(`a process took more than ${mostMemoryBytes / 2 ** 20} MiB`);
  if (!isGood(rows) || !isSmallEnough) process.exitCode = 1;
  await rm(target, { recursive: true, force: true });
}

/**
 * Files of 0 to 8 KiB in 100 folders.
 * @param {string} path
 * @param {number} count
 */
async function writeFolder(path, count) {
  for (let index = 0; index < 100; index += 1) await mkdir(join(path, `part-${index}`), { recursive: true });
  for (let index = 0; index < count; index += 1) {
    const content = String(index).repeat((index * 37) % 1600);
    await writeFile(join(path, `part-${index % 100}`, `${index}.txt`), content);
  }
  return path;
}
