import { ArrowFormatError } from '../errors.ts';
import type { IntType } from '../schema/model.ts';
import { type Validity, isNull } from './bitmap.ts';
import { uint16s, uint32s } from './words.ts';

/**
 * Checks that each index that is not null is within a dictionary of `dictionaryLength` values.
 * Throws `bad_dictionary_index` with the slot.
 */
export function checkIndices(
  bytes: Uint8Array,
  type: IntType,
  slots: number,
  dictionaryLength: number,
  validity: Validity,
  path: string,
): void {
  const slot = firstBadSlot(bytes, type, slots, dictionaryLength, validity);
  if (slot === undefined) return;
  const message = `The index in slot ${slot} is outside of a dictionary of ${dictionaryLength} values`;
  throw new ArrowFormatError('bad_dictionary_index', message, { path });
}

function firstBadSlot(
  bytes: Uint8Array,
  type: IntType,
  slots: number,
  dictionaryLength: number,
  validity: Validity,
): number | undefined {
  // A negative index read as unsigned is at least half of the range, so one comparison finds both faults.
  const positive = type.signed ? 2 ** (type.bitWidth - 1) : 2 ** type.bitWidth;
  const limit = Math.min(dictionaryLength, positive);
  switch (type.bitWidth) {
    case 8:
      return firstAtLeast(bytes, slots, limit, validity);
    case 16:
      return firstAtLeast(uint16s(bytes, slots), slots, limit, validity);
    case 32:
      return firstAtLeast(uint32s(bytes, slots), slots, limit, validity);
    case 64:
      return firstWideAtLeast(uint32s(bytes, 2 * slots), slots, limit, validity);
  }
}

function firstAtLeast(
  indices: Uint8Array | Uint16Array | Uint32Array,
  slots: number,
  limit: number,
  validity: Validity,
): number | undefined {
  for (let slot = 0; slot < slots; slot++) {
    if ((indices[slot] as number) >= limit && !isNull(validity, slot)) return slot;
  }
  return undefined;
}

function firstWideAtLeast(halves: Uint32Array, slots: number, limit: number, validity: Validity): number | undefined {
  for (let slot = 0; slot < slots; slot++) {
    const index = (halves[2 * slot + 1] as number) * 0x1_0000_0000 + (halves[2 * slot] as number);
    if (index >= limit && !isNull(validity, slot)) return slot;
  }
  return undefined;
}
