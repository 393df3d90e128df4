import type { KeyValue } from '../message/key-values.ts';

/** Unit of times, timestamps and durations. */
export type TimeUnit = 'second' | 'millisecond' | 'microsecond' | 'nanosecond';

/** The type of an index, of a dictionary or of run ends. */
export interface IntType {
  readonly kind: 'int';
  readonly bitWidth: 8 | 16 | 32 | 64;
  readonly signed: boolean;
}

/** A type without parameters. */
export interface PlainType {
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
  | { readonly kind: 'float'; readonly bitWidth: 16 | 32 | 64 }
  | {
      readonly kind: 'decimal';
      readonly bitWidth: 32 | 64 | 128 | 256;
      readonly precision: number;
      readonly scale: number;
    }
  | { readonly kind: 'date'; readonly unit: 'day' | 'millisecond' }
  | { readonly kind: 'time'; readonly unit: TimeUnit; readonly bitWidth: 32 | 64 }
  | { readonly kind: 'timestamp'; readonly unit: TimeUnit; readonly timezone: string | undefined }
  | { readonly kind: 'duration'; readonly unit: TimeUnit }
  | { readonly kind: 'interval'; readonly unit: 'yearMonth' | 'dayTime' | 'monthDayNano' }
  | { readonly kind: 'fixedSizeBinary'; readonly byteWidth: number }
  | { readonly kind: 'fixedSizeList'; readonly listSize: number }
  | { readonly kind: 'map'; readonly keysSorted: boolean }
  | { readonly kind: 'union'; readonly mode: 'sparse' | 'dense'; readonly typeIds: readonly number[] }
  /** A type newer than this version; `typeId` is its number in `union Type`. */
  | { readonly kind: 'unknown'; readonly typeId: number };

/** How the values of a field are replaced by indices into a dictionary. */
export interface DictionaryEncoding {
  readonly id: bigint;
  readonly indexType: IntType;
  readonly ordered: boolean;
}

/** A column, or the child of a nested type. */
export interface ArrowField {
  /** `undefined` when the schema gives none, which is not the same as an empty one. */
  readonly name: string | undefined;
  readonly nullable: boolean;
  /** Of a dictionary-encoded field: the type of the dictionary’s values. */
  readonly type: ArrowType;
  readonly dictionary: DictionaryEncoding | undefined;
  readonly children: readonly ArrowField[];
  readonly metadata: readonly KeyValue[];
}

/** A schema, as a message or a footer holds it. */
export interface ArrowSchema {
  readonly endianness: 'little' | 'big';
  readonly fields: readonly ArrowField[];
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
