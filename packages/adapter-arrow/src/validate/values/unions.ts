import { ArrowFormatError } from '../errors.ts';
import { type Validity, isNull } from './bitmap.ts';
import { uint32s } from './words.ts';

const undeclared = 255;

/** A union’s slots and what they may refer to. */
export interface UnionSlots {
  readonly slots: number;
  readonly typeIds: Uint8Array;
  /** One for each child, in the order of the children. */
  readonly declaredIds: readonly number[];
  /** Only before metadata version 5. */
  readonly validity: Validity;
  readonly path: string;
}

/** Checks that each type id is one that the union declares. Throws `bad_union` with the slot. */
export function checkTypeIds({ slots, typeIds, declaredIds, validity, path }: UnionSlots): void {
  const childOf = childByTypeId(declaredIds);
  for (let slot = 0; slot < slots; slot++) {
    const id = typeIds[slot] as number;
    if (childOf[id] === undeclared && !isNull(validity, slot)) {
      throw new ArrowFormatError('bad_union', `Type id ${(id << 24) >> 24} in slot ${slot} is not declared`, { path });
    }
  }
}

/**
 * Checks that each offset of a dense union is within the child that its type id, which has been checked, selects.
 * Throws `bad_union` with the slot.
 */
export function checkUnionOffsets(union: UnionSlots, offsetBytes: Uint8Array, childLengths: readonly number[]): void {
  const { slots, typeIds, declaredIds, validity, path } = union;
  const childOf = childByTypeId(declaredIds);
  // A negative offset read as unsigned is larger than any child that 32-bit offsets can address.
  const offsets = uint32s(offsetBytes, slots);
  const limits = childLengths.map((length) => Math.min(length, 2 ** 31));
  for (let slot = 0; slot < slots; slot++) {
    const limit = limits[childOf[typeIds[slot] as number] as number];
    const outside = limit === undefined || (offsets[slot] as number) >= limit;
    if (outside && !isNull(validity, slot)) {
      throw new ArrowFormatError('bad_union', `The offset in slot ${slot} is outside of its child of ${limit} values`, {
        path,
      });
    }
  }
}

function childByTypeId(declaredIds: readonly number[]): Uint8Array {
  const childOf = new Uint8Array(256).fill(undeclared);
  declaredIds.forEach((id, child) => {
    childOf[id] = child;
  });
  return childOf;
}
