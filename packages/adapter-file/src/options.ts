import { DownloadError } from '@towline/downloader-core/spi';

/** 1 MiB: the size at which reading, sending and writing were fastest together. */
export const defaultChunkBytes: number = 1024 * 1024;

/** The most that a chunk may have in the engine. */
export const maxChunkBytes: number = 64 * 1024 * 1024;

/** `chunkBytes` as given, or the default. Throws `invalid_argument`. */
export function chunkBytesOf({ chunkBytes = defaultChunkBytes }: { readonly chunkBytes?: number | undefined }): number {
  if (Number.isSafeInteger(chunkBytes) && chunkBytes >= 1 && chunkBytes <= maxChunkBytes) return chunkBytes;
  throw new DownloadError('invalid_argument', `chunkBytes is not a whole number from 1 to ${maxChunkBytes}`);
}
