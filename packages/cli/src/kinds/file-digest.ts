import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Digest } from '../arguments/pull-options.ts';

/** The digest of a file that is there, in hexadecimal: for kinds whose bytes do not come in the order of the file. */
export async function fileDigest(path: string, algorithm: Digest): Promise<string> {
  const hash = createHash(algorithm);
  for await (const piece of createReadStream(path, { highWaterMark: 1024 * 1024 })) hash.update(piece as Buffer);
  return hash.digest('hex');
}
