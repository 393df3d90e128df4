import type { FileHandle } from 'node:fs/promises';

/** One system call takes at most so many parts (the smallest IOV_MAX of the systems that Node runs on) and bytes. */
const BATCH_PARTS = 1024;
const BATCH_BYTES = 16 * 2 ** 20;

/** Writes parts one after the other, without joining them in memory. */
export async function writeParts(
  handle: FileHandle,
  parts: Iterable<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const batch of batches(parts)) {
    signal?.throwIfAborted();
    await writeBatch(handle, batch);
  }
}

/** A system call may write less than it was given: it is given the rest until nothing is left. */
async function writeBatch(handle: FileHandle, batch: readonly Uint8Array[]): Promise<void> {
  let rest = batch;
  while (rest.length > 0) {
    const { bytesWritten } = await handle.writev(rest);
    rest = withoutFirst(rest, bytesWritten);
  }
}

/** What is left of parts behind their first bytes. */
export function withoutFirst(parts: readonly Uint8Array[], bytes: number): Uint8Array[] {
  let toSkip = bytes;
  const rest: Uint8Array[] = [];
  for (const part of parts) {
    const skipped = Math.min(toSkip, part.byteLength);
    toSkip -= skipped;
    if (skipped < part.byteLength) rest.push(part.subarray(skipped));
  }
  return rest;
}

/** Parts grouped into batches within both limits; large parts are cut, empty ones left out. */
export function* batches(parts: Iterable<Uint8Array>): Generator<Uint8Array[]> {
  let batch: Uint8Array[] = [];
  let bytes = 0;
  for (const piece of pieces(parts)) {
    if (batch.length === BATCH_PARTS || bytes + piece.byteLength > BATCH_BYTES) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(piece);
    bytes += piece.byteLength;
  }
  if (batch.length > 0) yield batch;
}

function* pieces(parts: Iterable<Uint8Array>): Generator<Uint8Array> {
  for (const part of parts) {
    for (let start = 0; start < part.byteLength; start += BATCH_BYTES) yield part.subarray(start, start + BATCH_BYTES);
  }
}
