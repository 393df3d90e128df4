import type { ArrowType, TimeUnit } from './model.ts';

/** Kinds of types that this version knows. */
export type KnownKind = Exclude<ArrowType['kind'], 'unknown'>;

/** Members of `union Type`, format/Schema.fbs of Apache Arrow. */
export const typeIds: Readonly<Record<KnownKind, number>> = {
  null: 1,
  int: 2,
  float: 3,
  binary: 4,
  utf8: 5,
  bool: 6,
  decimal: 7,
  date: 8,
  time: 9,
  timestamp: 10,
  interval: 11,
  list: 12,
  struct: 13,
  union: 14,
  fixedSizeBinary: 15,
  fixedSizeList: 16,
  map: 17,
  duration: 18,
  largeBinary: 19,
  largeUtf8: 20,
  largeList: 21,
  runEndEncoded: 22,
  binaryView: 23,
  utf8View: 24,
  listView: 25,
  largeListView: 26,
};

/** Members of enumerations, in their order there: a member’s number is its place. */
export const enums = {
  endianness: ['little', 'big'],
  floatBitWidth: [16, 32, 64],
  dateUnit: ['day', 'millisecond'],
  timeUnit: ['second', 'millisecond', 'microsecond', 'nanosecond'] satisfies readonly TimeUnit[],
  intervalUnit: ['yearMonth', 'dayTime', 'monthDayNano'],
  unionMode: ['sparse', 'dense'],
} as const;
