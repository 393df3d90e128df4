import { ArrowFormatError } from '../errors.ts';
import { int32s, uint32s } from './words.ts';

/**
 * Offsets that have been checked. Their low 32 bits are at `low[index * stride]`; that is all of them wherever bytes are
 * pointed into, as no array of bytes here is larger than 2^32.
 */
export interface CheckedOffsets {
  readonly low: Uint32Array;
  readonly stride: 1 | 2;
  readonly first: number;
  readonly last: number;
}

/**
 * Checks `slots + 1` offsets: none negative, none below the one before, the last at most `limit`.
 * Throws `bad_offset` with the slot.
 */
export function checkOffsets(
  bytes: Uint8Array,
  offsetBytes: 4 | 8,
  slots: number,
  limit: number,
  path: string,
): CheckedOffsets {
  // An empty array may leave its one offset out.
  if (slots === 0) return { low: new Uint32Array(0), stride: 1, first: 0, last: 0 };
  const offsets = offsetBytes === 4 ? checkNarrow(bytes, slots, path) : checkWide(bytes, slots, path);
  if (offsets.last > limit) {
    throw new ArrowFormatError('bad_offset', `Offsets end at ${offsets.last}, the values at ${limit}`, { path });
  }
  return offsets;
}

function checkNarrow(bytes: Uint8Array, slots: number, path: string): CheckedOffsets {
  const offsets = int32s(bytes, slots + 1);
  const first = offsets[0] as number;
  let previous = Math.max(first, 0);
  for (let index = 0; index <= slots; index++) {
    const offset = offsets[index] as number;
    if (offset < previous) decreasing(offset, previous, index, path);
    previous = offset;
  }
  return { low: uint32s(bytes, slots + 1), stride: 1, first, last: previous };
}

function checkWide(bytes: Uint8Array, slots: number, path: string): CheckedOffsets {
  const high = int32s(bytes, 2 * (slots + 1));
  const low = uint32s(bytes, 2 * (slots + 1));
  let previous = 0;
  for (let index = 0; index < high.length; index += 2) {
    // Inexact beyond 2^53, where every limit has been passed anyway.
    const offset = (high[index + 1] as number) * 0x1_0000_0000 + (low[index] as number);
    if (offset < previous) decreasing(offset, previous, index / 2, path);
    previous = offset;
  }
  const first = (high[1] as number) * 0x1_0000_0000 + (low[0] as number);
  return { low, stride: 2, first, last: previous };
}

function decreasing(offset: number, previous: number, index: number, path: string): never {
  const message = `Offset ${index} is ${offset}, where at least ${previous} is wanted`;
  throw new ArrowFormatError('bad_offset', message, { path });
}
