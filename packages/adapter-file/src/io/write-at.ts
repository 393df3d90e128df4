import { writeSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import type { Pace } from './pace.ts';

// Larger than any chunk that is worth the comparison, and never written to.
const zeros = Buffer.alloc(1024 * 1024);

/**
 * Writes all of `bytes` at `position` of a file, but leaves out what is nothing but zeros: a new file has holes there, so
 * sparse files stay sparse. Gives whether anything was written; where not, the file may be too short yet.
 */
export async function writeAt(handle: FileHandle, bytes: Uint8Array, position: number, pace: Pace): Promise<boolean> {
  if (isZero(bytes)) return false;
  let written = 0;
  while (written < bytes.byteLength) {
    const length = bytes.byteLength - written;
    const at = position + written;
    written += await pace.run(
      () => writeSync(handle.fd, bytes, written, length, at),
      async () => (await handle.write(bytes, written, length, at)).bytesWritten,
    );
  }
  return true;
}

/** Whether all bytes are zero. Stops at the first that is not, so data that is not sparse costs next to nothing. */
export function isZero(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.byteLength; at += zeros.byteLength) {
    const length = Math.min(zeros.byteLength, bytes.byteLength - at);
    if (zeros.compare(bytes, at, at + length, 0, length) !== 0) return false;
  }
  return true;
}
