import { ArrowFormatError } from '../errors.ts';
import type { FlatTable } from '../flatbuffer/reader.ts';
import type { ArrowType, IntType, PlainType, TimeUnit } from './model.ts';

// Numbers, slots, units and defaults below: `union Type` and its tables, format/Schema.fbs of Apache Arrow.
const plainTypes: Readonly<Record<number, PlainType['kind']>> = {
  1: 'null',
  4: 'binary',
  5: 'utf8',
  6: 'bool',
  12: 'list',
  13: 'struct',
  19: 'largeBinary',
  20: 'largeUtf8',
  21: 'largeList',
  22: 'runEndEncoded',
  23: 'binaryView',
  24: 'utf8View',
  25: 'listView',
  26: 'largeListView',
};

const timeUnits: readonly TimeUnit[] = ['second', 'millisecond', 'microsecond', 'nanosecond'];

type TypeReader = (table: FlatTable, context: TypeContext) => ArrowType;

const typeReaders: Readonly<Record<number, TypeReader>> = {
  2: (table, { path }) => readIntType(table, path),
  3: (table, context) => ({
    kind: 'float',
    bitWidth: oneOf([16, 32, 64], table.int16(0), 'float precision', context.path),
  }),
  7: readDecimal,
  8: (table, { path }) => ({ kind: 'date', unit: oneOf(['day', 'millisecond'], table.int16(0, 1), 'date unit', path) }),
  9: readTime,
  10: (table, { path }) => ({ kind: 'timestamp', unit: timeUnit(table.int16(0), path), timezone: table.string(1) }),
  11: (table, { path }) => ({
    kind: 'interval',
    unit: oneOf(['yearMonth', 'dayTime', 'monthDayNano'], table.int16(0), 'interval unit', path),
  }),
  14: readUnion,
  15: (table, { path }) => ({ kind: 'fixedSizeBinary', byteWidth: notNegative(table.int32(0), 'byte width', path) }),
  16: (table, { path }) => ({ kind: 'fixedSizeList', listSize: notNegative(table.int32(0), 'list size', path) }),
  17: (table) => ({ kind: 'map', keysSorted: table.bool(0) }),
  18: (table, { path }) => ({ kind: 'duration', unit: timeUnit(table.int16(0, 1), path) }),
};

/** What the reading of a type needs beside its table. */
export interface TypeContext {
  readonly path: string;
  readonly childCount: number;
}

/** Reads a type; one that this version does not know becomes `unknown`. Throws `bad_schema` for a parameter out of range. */
export function readType(typeId: number, table: FlatTable | undefined, context: TypeContext): ArrowType {
  if (typeId === 0 || table === undefined) fail('The field has no type', context.path);
  const plain = plainTypes[typeId];
  if (plain !== undefined) return { kind: plain };
  return typeReaders[typeId]?.(table, context) ?? { kind: 'unknown', typeId };
}

/** Reads a table `Int`. */
export function readIntType(table: FlatTable, path: string): IntType {
  return { kind: 'int', bitWidth: width([8, 16, 32, 64], table.int32(0), path), signed: table.bool(1) };
}

function readDecimal(table: FlatTable, { path }: TypeContext): ArrowType {
  const bitWidth = width([32, 64, 128, 256], table.int32(2, 128), path);
  return { kind: 'decimal', precision: table.int32(0), scale: table.int32(1), bitWidth };
}

function readTime(table: FlatTable, { path }: TypeContext): ArrowType {
  const unit = timeUnit(table.int16(0, 1), path);
  const bitWidth = width([32, 64], table.int32(1, 32), path);
  const wanted = unit === 'second' || unit === 'millisecond' ? 32 : 64;
  if (bitWidth !== wanted) fail(`A time in ${unit}s has ${wanted} bits, not ${bitWidth}`, path);
  return { kind: 'time', unit, bitWidth };
}

function readUnion(table: FlatTable, { path, childCount }: TypeContext): ArrowType {
  const mode = oneOf(['sparse', 'dense'], table.int16(0), 'union mode', path);
  const range = table.vector(1, 4);
  const typeIds = Array.from({ length: range?.count ?? childCount }, (_, index) =>
    range === undefined ? index : table.buffer.view.getInt32(range.start + 4 * index, true),
  );
  if (typeIds.length !== childCount) fail(`A union of ${childCount} children has ${typeIds.length} type ids`, path);
  if (typeIds.some((id) => id < 0 || id > 127)) fail('A union has a type id outside of 0 to 127', path);
  if (new Set(typeIds).size !== typeIds.length) fail('A union uses a type id twice', path);
  return { kind: 'union', mode, typeIds };
}

const timeUnit = (value: number, path: string): TimeUnit => oneOf(timeUnits, value, 'time unit', path);

function oneOf<const T>(members: readonly T[], index: number, what: string, path: string): T {
  return members[index] ?? fail(`Number ${index} is no ${what}`, path);
}

function width<const T extends number>(widths: readonly T[], value: number, path: string): T {
  return widths.find((one) => one === value) ?? fail(`The type has no width of ${value} bits`, path);
}

function notNegative(value: number, what: string, path: string): number {
  return value >= 0 ? value : fail(`The ${what} is ${value}`, path);
}

function fail(message: string, path: string): never {
  throw new ArrowFormatError('bad_schema', message, { path });
}
