import { invalidOption } from './adapter-errors.ts';

/** 4 MiB: the size at which reading, sending and writing were fastest together. */
export const defaultChunkBytes: number = 4 * 1024 * 1024;

/** 64 MiB: the most that a chunk may have. */
export const mostChunkBytes: number = 64 * 1024 * 1024;

/** The option `chunkBytes` of an adapter as given, or 4 MiB. Throws `invalid_argument` unless from 1 to 67,108,864. */
export function chunkBytesOf({
  chunkBytes: bytes = defaultChunkBytes,
}: {
  readonly chunkBytes?: number | undefined;
}): number {
  if (Number.isSafeInteger(bytes) && bytes >= 1 && bytes <= mostChunkBytes) return bytes;
  return invalidOption('chunkBytes', `is not a whole number from 1 to ${mostChunkBytes}`);
}
