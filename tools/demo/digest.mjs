// @ts-check
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The SHA-256 of a file, or of a folder's names, links and contents in order of name. In hexadecimal.
 * @param {string} path
 */
export async function digestOf(path) {
  const hash = createHash('sha256');
  await addEntry(hash, path);
  return hash.digest('hex');
}

/**
 * @param {import('node:crypto').Hash} hash
 * @param {string} path
 */
async function addEntry(hash, path) {
  const stats = await lstat(path);
  if (stats.isSymbolicLink()) return void hash.update(`link ${await readlink(path)}\0`);
  if (!stats.isDirectory()) {
    for await (const piece of createReadStream(path)) hash.update(piece);
    return;
  }
  for (const name of (await readdir(path)).toSorted()) {
    hash.update(`${name}\0`);
    await addEntry(hash, join(path, name));
  }
}
