import { invalidOption } from './adapter-errors.ts';

/** 1 MiB: the size at which reading, sending and writing were fastest together. */
export const defaultChunkBytes: number = 1024 * 1024;

/** 64 MiB: the most that a chunk may have. */
export const mostChunkBytes: number = 64 * 1024 * 1024;

/** The option `chunkBytes` of an adapter as given, or the default. Throws `invalid_argument` unless from 1 to 67,108,864. */
export function chunkBytesOf({ chunkBytes = defaultChunkBytes }: { readonly chunkBytes?: number | undefined }): number {
  if (Number.isSafeInteger(chunkBytes) && chunkBytes >= 1 && chunkBytes <= mostChunkBytes) return chunkBytes;
  return invalidOption('chunkBytes', `is not a whole number from 1 to ${mostChunkBytes}`);
}
