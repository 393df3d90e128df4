import { ArrowFormatError } from '../errors.ts';
import { int32s, uint32s } from './words.ts';

/** The offsets and sizes of an array of list views. */
export interface ListViewSlots {
  readonly slots: number;
  readonly offsetBytes: 4 | 8;
  readonly offsets: Uint8Array;
  readonly sizes: Uint8Array;
  readonly childLength: number;
  readonly path: string;
}

/** Checks that each list, also a null one, lies within the child. Throws `bad_offset` with the slot. */
export function checkListViews(lists: ListViewSlots): void {
  if (lists.offsetBytes === 4) checkNarrow(lists);
  else checkWide(lists);
}

function checkNarrow({ slots, offsets, sizes, childLength, path }: ListViewSlots): void {
  const starts = int32s(offsets, slots);
  const lengths = int32s(sizes, slots);
  for (let slot = 0; slot < slots; slot++) {
    const start = starts[slot] as number;
    const length = lengths[slot] as number;
    if (start < 0 || length < 0 || start + length > childLength) outside(slot, childLength, path);
  }
}

function checkWide({ slots, offsets, sizes, childLength, path }: ListViewSlots): void {
  const starts = wideIntegers(offsets, slots);
  const lengths = wideIntegers(sizes, slots);
  for (let slot = 0; slot < slots; slot++) {
    const start = starts(slot);
    const length = lengths(slot);
    if (start < 0 || length < 0 || start + length > childLength) outside(slot, childLength, path);
  }
}

/** 64-bit integers as numbers; inexact beyond 2^53, which is outside of any child. */
function wideIntegers(bytes: Uint8Array, slots: number): (slot: number) => number {
  const high = int32s(bytes, 2 * slots);
  const low = uint32s(bytes, 2 * slots);
  return (slot) => (high[2 * slot + 1] as number) * 0x1_0000_0000 + (low[2 * slot] as number);
}

function outside(slot: number, childLength: number, path: string): never {
  throw new ArrowFormatError('bad_offset', `List ${slot} is outside of its child of ${childLength} values`, { path });
}
