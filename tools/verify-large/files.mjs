// @ts-check
// 5 GiB and 20,000 small files to three receiver processes; small: 64 MiB and 200 files.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeSeededFile } from '../demo/seeded-file.mjs';
import { verifyTransfer } from './transfer.mjs';

/** @param {import('./main.mjs').Run} run */
export async function verifyFiles(run) {
  const { fileBytes, files } = run.isSmall
    ? { fileBytes: 64 * 2 ** 20, files: 200 }
    : { fileBytes: 5 * 2 ** 30, files: 20_000 };
  const file = join(run.folder, 'large.bin');
  await writeSeededFile(file, fileBytes);
  await verifyTransfer(run, `a file of ${fileBytes / 2 ** 20} MiB`, file);
  await rm(file);
  await verifyTransfer(run, `a folder of ${files} files`, await writeFolder(join(run.folder, 'many'), files));
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
