import { invalidOption } from './adapter-errors.ts';

/** 1 MiB: the size at which reading, sending and writing were fastest together. */
export const defaultChunkBytes: number = 1024 * 1024;

/** 2 MiB: for what lies in memory, where each chunk costs both sides more than its bytes do. */
export const memoryChunkBytes: number = 2 * 1024 * 1024;

/** 64 MiB: the most that a chunk may have. */
export const mostChunkBytes: number = 64 * 1024 * 1024;

/** The option `chunkBytes` of an adapter as given, or `usualBytes`, 1 MiB. Throws `invalid_argument` unless from 1 to 67,108,864. */
export function chunkBytesOf(
  { chunkBytes }: { readonly chunkBytes?: number | undefined },
  usualBytes: number = defaultChunkBytes,
): number {
  const bytes = chunkBytes ?? usualBytes;
  if (Number.isSafeInteger(bytes) && bytes >= 1 && bytes <= mostChunkBytes) return bytes;
  return invalidOption('chunkBytes', `is not a whole number from 1 to ${mostChunkBytes}`);
}
