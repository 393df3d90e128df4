import { readSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import type { Pace } from './pace.ts';

/**
 * Fills `buffer` from `position` of a file. Gives the number of bytes read, which is less than the buffer's length only
 * at the end of the file. The handle may be closed meanwhile: closing waits for a read that runs on the thread pool.
 */
export async function readAt(handle: FileHandle, buffer: Uint8Array, position: number, pace: Pace): Promise<number> {
  let filled = 0;
  while (filled < buffer.byteLength) {
    const length = buffer.byteLength - filled;
    const at = position + filled;
    const read = await pace.run(
      () => readSync(handle.fd, buffer, filled, length, at),
      async () => (await handle.read(buffer, filled, length, at)).bytesRead,
    );
    if (read === 0) break;
    filled += read;
  }
  return filled;
}
