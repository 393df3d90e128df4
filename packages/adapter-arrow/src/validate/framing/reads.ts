import { ArrowFormatError } from '../errors.ts';
import type { ByteRange } from './pieces.ts';

/** Bytes at positions: a file, or anything that can be read in any order. */
export interface PositionedBytes {
  /** In bytes. */
  readonly size: number;
  /**
   * Reads exactly `length` bytes at `offset`; fewer only where the source ends. The result belongs to the caller and
   * may be a view.
   */
  read(offset: number, length: number, options?: { readonly signal?: AbortSignal | undefined }): Promise<Uint8Array>;
}

/**
 * An algorithm that yields the ranges that it needs, is given their bytes, and returns a result. So it is written once
 * and runs over bytes in memory as over a file too large for it.
 */
export type Reads<T> = Generator<ByteRange, T, Uint8Array>;

/** Runs `reads` over bytes in memory; what it is given are views. */
export function readFromBytes<T>(reads: Reads<T>, bytes: Uint8Array): T {
  let step = reads.next();
  while (step.done !== true) {
    const { offset, length } = step.value;
    step = reads.next(whole(bytes.subarray(offset, offset + length), step.value));
  }
  return step.value;
}

/** Runs `reads` over a source, one read at a time. Throws what reading throws, and `truncated` when it gives too little. */
export async function readFromSource<T>(reads: Reads<T>, source: PositionedBytes, signal?: AbortSignal): Promise<T> {
  let step = reads.next();
  while (step.done !== true) {
    signal?.throwIfAborted();
    const { offset, length } = step.value;
    const bytes = await source.read(offset, length, { signal });
    step = reads.next(whole(bytes, step.value));
  }
  return step.value;
}

/** Bytes in memory as a source. */
export function positionedBytes(bytes: Uint8Array): PositionedBytes {
  return { size: bytes.length, read: async (offset, length) => bytes.subarray(offset, offset + length) };
}

function whole(bytes: Uint8Array, { offset, length }: ByteRange): Uint8Array {
  if (bytes.length === length) return bytes;
  throw new ArrowFormatError('truncated', `Only ${bytes.length} of ${length} bytes could be read`, { offset });
}
