// @ts-check
import { createCipheriv } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const blockBytes = 1024 * 1024;

/**
 * Writes a file of bytes that look random and are the same each time: AES-128 in counter mode of zeros, key and counter 0.
 * @param {string} path
 * @param {number} bytes a multiple of 1 MiB
 */
export async function writeSeededFile(path, bytes) {
  const zeros = Buffer.alloc(blockBytes);
  const source = Readable.from(Array.from({ length: bytes / blockBytes }, () => zeros));
  await pipeline(source, createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16)), createWriteStream(path));
}
