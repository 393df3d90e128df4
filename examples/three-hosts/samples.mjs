// @ts-check
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Writes a file of 8 MiB and a folder of twelve files, the same bytes each time.
 * @param {string} directory
 */
export async function writeSamples(directory) {
  const file = join(directory, 'model.bin');
  const folder = join(directory, 'photos');
  await writeFile(file, bytesOf(2 ** 21, 1));
  for (const [at, month] of ['june', 'july', 'august'].entries()) {
    await mkdir(join(folder, month), { recursive: true });
    for (let photo = 0; photo < 4; photo += 1)
      await writeFile(join(folder, month, `${photo}.jpg`), bytesOf(20_000 * (at + 1), photo));
  }
  return { file, folder };
}

/**
 * The first 16 digits of the SHA-256 of a file, or of a folder's names and contents.
 * @param {string} path
 */
export async function digestOf(path) {
  const hash = createHash('sha256');
  if ((await stat(path)).isFile())
    return hash
      .update(await readFile(path))
      .digest('hex')
      .slice(0, 16);
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  for (const file of files.toSorted()) hash.update(file.slice(path.length)).update(await readFile(file));
  return hash.digest('hex').slice(0, 16);
}

/**
 * @param {number} words of 4 bytes
 * @param {number} seed
 */
function bytesOf(words, seed) {
  return Uint32Array.from({ length: words }, (_, at) => Math.imul(at + seed, 2_654_435_761));
}
