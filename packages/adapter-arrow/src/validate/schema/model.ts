import type { KeyValue } from '../message/key-values.ts';

/** Unit of times, timestamps and durations. */
export type TimeUnit = 'second' | 'millisecond' | 'microsecond' | 'nanosecond';

/** The type of an index, of a dictionary or of run ends. */
export interface IntType {
  readonly kind: 'int';
  /** Bits of one value. */
  readonly bitWidth: 8 | 16 | 32 | 64;
  /** Whether values may be below 0. */
  readonly signed: boolean;
}

/** A type without parameters. */
export interface PlainType {
  /** Its name in the format, in one word. */
  readonly kind:
    | 'null'
    | 'bool'
    | 'binary'
    | 'largeBinary'
    | 'binaryView'
    | 'utf8'
    | 'largeUtf8'
    | 'utf8View'
    | 'list'
    | 'largeList'
    | 'listView'
    | 'largeListView'
    | 'struct'
    | 'runEndEncoded';
}

/** A type of the Arrow columnar format, with its parameters. Children are in the field that has the type. */
export type ArrowType =
  | PlainType
  | IntType
  /** IEEE 754 numbers of `bitWidth` bits. */
  | { readonly kind: 'float'; readonly bitWidth: 16 | 32 | 64 }
  /** Whole numbers of `bitWidth` bits and at most `precision` decimal digits, divided by 10 to the power of `scale`. */
  | {
      readonly kind: 'decimal';
      readonly bitWidth: 32 | 64 | 128 | 256;
      readonly precision: number;
      readonly scale: number;
    }
  /** Since 1970-01-01: days in 32 bits, or milliseconds in 64. */
  | { readonly kind: 'date'; readonly unit: 'day' | 'millisecond' }
  /** Since midnight: seconds and milliseconds in 32 bits, finer units in 64. */
  | { readonly kind: 'time'; readonly unit: TimeUnit; readonly bitWidth: 32 | 64 }
  /** Since 1970-01-01, in 64 bits: in UTC when there is a `timezone`, which is for showing it; else by a clock that nobody names. */
  | { readonly kind: 'timestamp'; readonly unit: TimeUnit; readonly timezone: string | undefined }
  /** A length of time, in 64 bits. */
  | { readonly kind: 'duration'; readonly unit: TimeUnit }
  /** A length of time by the calendar: months; days and milliseconds; or months, days and nanoseconds. */
  | { readonly kind: 'interval'; readonly unit: 'yearMonth' | 'dayTime' | 'monthDayNano' }
  /** `byteWidth` bytes for each value. */
  | { readonly kind: 'fixedSizeBinary'; readonly byteWidth: number }
  /** `listSize` values of the one child for each value. */
  | { readonly kind: 'fixedSizeList'; readonly listSize: number }
  /** Lists of keys and values, as a struct in the one child; `keysSorted` says that each list is in order of its keys. */
  | { readonly kind: 'map'; readonly keysSorted: boolean }
  /** Each value is one of the children's: the one at the place in `typeIds` that has the value's type id. */
  | { readonly kind: 'union'; readonly mode: 'sparse' | 'dense'; readonly typeIds: readonly number[] }
  /** A type newer than this version; `typeId` is its number in `union Type`. */
  | { readonly kind: 'unknown'; readonly typeId: number };

/** How the values of a field are replaced by indices into a dictionary. */
export interface DictionaryEncoding {
  /** By which dictionary batches name it; fields may share one. */
  readonly id: bigint;
  /** The type of what stands in the batches. */
  readonly indexType: IntType;
  /** Whether the order of the dictionary means something, as that of ranks does. */
  readonly ordered: boolean;
}

/** A column, or the child of a nested type. */
export interface ArrowField {
  /** `undefined` when the schema gives none, which is not the same as an empty one. */
  readonly name: string | undefined;
  /** Whether the schema allows nulls: what a batch has is another matter. */
  readonly nullable: boolean;
  /** Of a dictionary-encoded field: the type of the dictionary’s values. */
  readonly type: ArrowType;
  /** How its values are indices; `undefined` when they stand in the batch themselves. */
  readonly dictionary: DictionaryEncoding | undefined;
  /** Of a nested type, in the order of the schema; else empty. */
  readonly children: readonly ArrowField[];
  /** Key and value pairs, as they stand; empty without any. */
  readonly metadata: readonly KeyValue[];
}

/** A schema, as a message or a footer holds it. */
export interface ArrowSchema {
  /** The byte order of all bodies. Only `little` can be read as values. */
  readonly endianness: 'little' | 'big';
  /** The columns, in their order. */
  readonly fields: readonly ArrowField[];
  /** Key and value pairs, as they stand; empty without any. */
  readonly metadata: readonly KeyValue[];
}

const longestNameInPath = 64;
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/**
 * The path of a field, for people: names joined by dots; `[2]` (its place among its siblings) for a field without a
 * name. Names come from a peer: long ones are cut, and what a terminal would obey is replaced.
 */
export function fieldPath(parent: string | undefined, field: Pick<ArrowField, 'name'>, index: number): string {
  const { name } = field;
  const own =
    name === undefined || name === ''
      ? `[${index}]`
      : name.slice(0, longestNameInPath).replaceAll(unprintable, '\uFFFD');
  return parent === undefined ? own : `${parent}.${own}`;
}
