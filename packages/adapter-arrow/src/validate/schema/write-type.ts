import { ArrowFormatError } from '../errors.ts';
import { type FlatField, type FlatFields, flat } from '../flatbuffer/writer.ts';
import type { ArrowType, IntType } from './model.ts';
import { enums, typeIds } from './type-ids.ts';

/** A type as a schema stores it: its number in `union Type`, and its table. */
export interface EncodedType {
  readonly typeId: number;
  readonly fields: FlatFields;
}

const numberOf = <T>(members: readonly T[], member: T): FlatField => flat.int16(members.indexOf(member));

/** Encodes a type. Throws `unknown_layout` for one that is not known: its parameters were not kept. */
export function encodeType(type: ArrowType, path: string): EncodedType {
  if (type.kind === 'unknown')
    throw new ArrowFormatError('unknown_layout', `Type ${type.typeId} is not known`, { path });
  return { typeId: typeIds[type.kind], fields: parametersOf(type) };
}

/** The fields of a table `Int`. */
export const intFields = ({ bitWidth, signed }: IntType): FlatFields => [flat.int32(bitWidth), flat.bool(signed)];

function parametersOf(type: Exclude<ArrowType, { kind: 'unknown' }>): FlatFields {
  switch (type.kind) {
    case 'int':
      return intFields(type);
    case 'float':
      return [numberOf(enums.floatBitWidth, type.bitWidth)];
    case 'decimal':
      return [flat.int32(type.precision), flat.int32(type.scale), flat.int32(type.bitWidth)];
    case 'date':
      return [numberOf(enums.dateUnit, type.unit)];
    case 'time':
      return [numberOf(enums.timeUnit, type.unit), flat.int32(type.bitWidth)];
    case 'timestamp':
      return [
        numberOf(enums.timeUnit, type.unit),
        type.timezone === undefined ? undefined : flat.string(type.timezone),
      ];
    case 'duration':
      return [numberOf(enums.timeUnit, type.unit)];
    case 'interval':
      return [numberOf(enums.intervalUnit, type.unit)];
    case 'fixedSizeBinary':
      return [flat.int32(type.byteWidth)];
    case 'fixedSizeList':
      return [flat.int32(type.listSize)];
    case 'map':
      return [flat.bool(type.keysSorted)];
    case 'union':
      return [numberOf(enums.unionMode, type.mode), flat.int32s(type.typeIds)];
    default:
      return [];
  }
}
