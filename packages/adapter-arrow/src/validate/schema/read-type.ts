import { ArrowFormatError } from '../errors.ts';
import type { FlatTable } from '../flatbuffer/reader.ts';
import type { ArrowType, IntType, PlainType } from './model.ts';
import { type KnownKind, enums, typeIds } from './type-ids.ts';

type TypeReader = (table: FlatTable, context: TypeContext) => ArrowType;

const kindById: ReadonlyMap<number, KnownKind> = new Map(
  (Object.keys(typeIds) as KnownKind[]).map((kind) => [typeIds[kind], kind]),
);

// Slots and defaults of the tables of `union Type`, format/Schema.fbs of Apache Arrow. Types without parameters have none.
const typeReaders: Readonly<Record<Exclude<KnownKind, PlainType['kind']>, TypeReader>> = {
  int: (table, { path }) => readIntType(table, path),
  float: (table, { path }) => ({ kind: 'float', bitWidth: oneOf(enums.floatBitWidth, table.int16(0), path) }),
  decimal: readDecimal,
  date: (table, { path }) => ({ kind: 'date', unit: oneOf(enums.dateUnit, table.int16(0, 1), path) }),
  time: readTime,
  timestamp: (table, { path }) => ({
    kind: 'timestamp',
    unit: oneOf(enums.timeUnit, table.int16(0), path),
    timezone: table.string(1),
  }),
  interval: (table, { path }) => ({ kind: 'interval', unit: oneOf(enums.intervalUnit, table.int16(0), path) }),
  union: readUnion,
  fixedSizeBinary: (table, { path }) => ({ kind: 'fixedSizeBinary', byteWidth: notNegative(table.int32(0), path) }),
  fixedSizeList: (table, { path }) => ({ kind: 'fixedSizeList', listSize: notNegative(table.int32(0), path) }),
  map: (table) => ({ kind: 'map', keysSorted: table.bool(0) }),
  duration: (table, { path }) => ({ kind: 'duration', unit: oneOf(enums.timeUnit, table.int16(0, 1), path) }),
};

/** What the reading of a type needs beside its table. */
export interface TypeContext {
  readonly path: string;
  readonly childCount: number;
}

/** Reads a type; one that this version does not know becomes `unknown`. Throws `bad_schema` for a parameter out of range. */
export function readType(typeId: number, table: FlatTable | undefined, context: TypeContext): ArrowType {
  if (typeId === 0 || table === undefined) fail('The field has no type', context.path);
  const kind = kindById.get(typeId);
  if (kind === undefined) return { kind: 'unknown', typeId };
  return hasReader(kind) ? typeReaders[kind](table, context) : { kind };
}

const hasReader = (kind: KnownKind): kind is keyof typeof typeReaders => Object.hasOwn(typeReaders, kind);

/** Reads a table `Int`. */
export function readIntType(table: FlatTable, path: string): IntType {
  return { kind: 'int', bitWidth: width([8, 16, 32, 64], table.int32(0), path), signed: table.bool(1) };
}

function readDecimal(table: FlatTable, { path }: TypeContext): ArrowType {
  const bitWidth = width([32, 64, 128, 256], table.int32(2, 128), path);
  return { kind: 'decimal', precision: table.int32(0), scale: table.int32(1), bitWidth };
}

function readTime(table: FlatTable, { path }: TypeContext): ArrowType {
  const unit = oneOf(enums.timeUnit, table.int16(0, 1), path);
  const bitWidth = width([32, 64], table.int32(1, 32), path);
  const wanted = unit === 'second' || unit === 'millisecond' ? 32 : 64;
  if (bitWidth !== wanted) fail(`A time in ${unit}s has ${wanted} bits, not ${bitWidth}`, path);
  return { kind: 'time', unit, bitWidth };
}

function readUnion(table: FlatTable, { path, childCount }: TypeContext): ArrowType {
  const mode = oneOf(enums.unionMode, table.int16(0), path);
  const range = table.vector(1, 4);
  const typeIds = Array.from({ length: range?.count ?? childCount }, (_, index) =>
    range === undefined ? index : table.buffer.view.getInt32(range.start + 4 * index, true),
  );
  if (typeIds.length !== childCount) fail(`A union of ${childCount} children has ${typeIds.length} type ids`, path);
  if (typeIds.some((id) => id < 0 || id > 127)) fail('A union has a type id outside of 0 to 127', path);
  if (new Set(typeIds).size !== typeIds.length) fail('A union uses a type id twice', path);
  return { kind: 'union', mode, typeIds };
}

function oneOf<const T>(members: readonly T[], index: number, path: string): T {
  return members[index] ?? fail(`A parameter of the type is ${index}, of ${members.length} known values`, path);
}

function width<const T extends number>(widths: readonly T[], value: number, path: string): T {
  return widths.find((one) => one === value) ?? fail(`The type has no width of ${value} bits`, path);
}

function notNegative(value: number, path: string): number {
  return value >= 0 ? value : fail(`The type has a size of ${value}`, path);
}

function fail(message: string, path: string): never {
  throw new ArrowFormatError('bad_schema', message, { path });
}
