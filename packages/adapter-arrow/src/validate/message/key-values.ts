import type { FlatTable } from '../flatbuffer/reader.ts';
import { type FlatField, flat } from '../flatbuffer/writer.ts';

/** One key and its value; both may repeat, and their order is kept. */
export type KeyValue = readonly [key: string, value: string];

/** A vector of `KeyValue` tables; an absent key or value reads as empty. */
export function readKeyValues(table: FlatTable, keyValuesSlot: number): readonly KeyValue[] {
  return table.tables(keyValuesSlot).map((pair) => [pair.string(0) ?? '', pair.string(1) ?? '']);
}

/** The vector of `KeyValue` tables; left out when there are none. */
export function keyValuesField(pairs: readonly KeyValue[]): FlatField | undefined {
  if (pairs.length === 0) return undefined;
  return flat.tables(pairs.map(([key, value]) => [flat.string(key), flat.string(value)]));
}
