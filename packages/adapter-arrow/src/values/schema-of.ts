import { DataType, type Field, type Schema } from 'apache-arrow';
import { arrowError } from '../errors.ts';
import type { ArrowField, ArrowSchema, ArrowType, IntType, KeyValue, TimeUnit } from '../validate/index.ts';

// Members of the library’s enumerations TimeUnit, DateUnit, IntervalUnit and UnionMode, which are those of the format.
const timeUnits: readonly TimeUnit[] = ['second', 'millisecond', 'microsecond', 'nanosecond'];
const dateUnits = ['day', 'millisecond'] as const;
const intervalUnits = ['yearMonth', 'dayTime', 'monthDayNano'] as const;
const unionModes = ['sparse', 'dense'] as const;
const floatBits = [16, 32, 64] as const;

/** A schema of the library as the format has it. Throws `bad_arrow` for a type that is not known here. */
export function schemaOf({ fields, metadata }: Schema): ArrowSchema {
  return { endianness: 'little', fields: fields.map(fieldOf), metadata: pairsOf(metadata) };
}

/** The pairs of the library’s custom metadata. */
export function pairsOf(metadata: ReadonlyMap<string, string> | undefined): readonly KeyValue[] {
  return [...(metadata ?? [])];
}

function fieldOf(field: Field): ArrowField {
  const { name, nullable, metadata } = field;
  const type = field.type as DataType;
  const named = { name, nullable, metadata: pairsOf(metadata) };
  if (!DataType.isDictionary(type))
    return { ...named, type: typeOf(type), dictionary: undefined, children: childrenOf(type) };
  const { id, indices, isOrdered } = type;
  const values = type.dictionary as DataType;
  const dictionary = {
    id: BigInt(id),
    indexType: intOf(indices),
    ordered: isOrdered,
  };
  return { ...named, type: typeOf(values), dictionary, children: childrenOf(values) };
}

function childrenOf(type: DataType): readonly ArrowField[] {
  const { children } = type as { readonly children?: readonly Field[] };
  return (children ?? []).map(fieldOf);
}

function typeOf(type: DataType): ArrowType {
  const plain = plainKinds.find(([is]) => is(type));
  if (plain !== undefined) return { kind: plain[1] } as ArrowType;
  if (DataType.isInt(type)) return intOf(type);
  if (DataType.isFloat(type)) return { kind: 'float', bitWidth: at(floatBits, type.precision) };
  if (DataType.isDecimal(type)) {
    const bitWidth = type.bitWidth as 32 | 64 | 128 | 256;
    return { kind: 'decimal', bitWidth, precision: type.precision, scale: type.scale };
  }
  if (DataType.isFixedSizeBinary(type)) return { kind: 'fixedSizeBinary', byteWidth: type.byteWidth };
  if (DataType.isFixedSizeList(type)) return { kind: 'fixedSizeList', listSize: type.listSize };
  if (DataType.isMap(type)) return { kind: 'map', keysSorted: type.keysSorted };
  if (DataType.isUnion(type)) {
    return { kind: 'union', mode: at(unionModes, type.mode), typeIds: [...type.typeIds] };
  }
  return timeOf(type);
}

function timeOf(type: DataType): ArrowType {
  if (DataType.isDate(type)) return { kind: 'date', unit: at(dateUnits, type.unit) };
  if (DataType.isTime(type)) return { kind: 'time', unit: at(timeUnits, type.unit), bitWidth: type.bitWidth };
  if (DataType.isTimestamp(type)) {
    return { kind: 'timestamp', unit: at(timeUnits, type.unit), timezone: type.timezone ?? undefined };
  }
  if (DataType.isDuration(type)) return { kind: 'duration', unit: at(timeUnits, type.unit) };
  if (DataType.isInterval(type)) return { kind: 'interval', unit: at(intervalUnits, type.unit) };
  throw arrowError('bad_arrow', `The library’s type ${type.typeId} is not known here`);
}

type PlainKind = Exclude<ArrowType['kind'], 'unknown'>;

const plainKinds: readonly (readonly [is: (type: DataType) => boolean, kind: PlainKind])[] = [
  [(type) => DataType.isNull(type), 'null'],
  [(type) => DataType.isBool(type), 'bool'],
  [(type) => DataType.isBinary(type), 'binary'],
  [(type) => DataType.isLargeBinary(type), 'largeBinary'],
  [(type) => DataType.isBinaryView(type), 'binaryView'],
  [(type) => DataType.isUtf8(type), 'utf8'],
  [(type) => DataType.isLargeUtf8(type), 'largeUtf8'],
  [(type) => DataType.isUtf8View(type), 'utf8View'],
  [(type) => DataType.isList(type), 'list'],
  [(type) => DataType.isLargeList(type), 'largeList'],
  [(type) => DataType.isStruct(type), 'struct'],
];

function intOf({ bitWidth, isSigned }: { readonly bitWidth: number; readonly isSigned: boolean }): IntType {
  return { kind: 'int', bitWidth: bitWidth as IntType['bitWidth'], signed: isSigned };
}

function at<const T>(members: readonly T[], place: number): T {
  const member = members[place];
  if (member === undefined) throw arrowError('bad_arrow', `A type of the library has the parameter ${place}`);
  return member;
}
