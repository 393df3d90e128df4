import { SafetensorsError } from './errors.ts';

/** Bytes of the field that gives the header's length. */
export const LENGTH_BYTES = 8;

/** The longest header that the format allows, without the length field. */
export const MAX_HEADER_BYTES = 100_000_000;

/**
 * The length of the header's text, from the first eight bytes of a file, checked against the limit of the format and
 * the size of the file before anything of that size is read or allocated (rule R01).
 * @throws SafetensorsError `file_too_small`, `header_too_large`, `header_truncated`
 */
export function readHeaderLength(start: Uint8Array, fileBytes: number): number {
  if (start.byteLength < LENGTH_BYTES || fileBytes < LENGTH_BYTES) {
    const bytes = Math.min(start.byteLength, fileBytes);
    throw new SafetensorsError(
      'file_too_small',
      `${bytes} bytes, fewer than the ${LENGTH_BYTES} of the header's length`,
      {
        offset: bytes,
      },
    );
  }
  const length = new DataView(start.buffer, start.byteOffset, LENGTH_BYTES).getBigUint64(0, true);
  if (length > MAX_HEADER_BYTES) {
    throw new SafetensorsError('header_too_large', `a header of ${length} bytes, more than ${MAX_HEADER_BYTES}`, {
      offset: 0,
    });
  }
  const headerBytes = Number(length);
  if (headerBytes > fileBytes - LENGTH_BYTES) {
    throw new SafetensorsError('header_truncated', `a header of ${length} bytes in a file of ${fileBytes}`, {
      offset: 0,
    });
  }
  return headerBytes;
}
