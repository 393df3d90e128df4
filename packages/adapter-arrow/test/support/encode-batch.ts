import {
  type ByteRange,
  type RecordBatch,
  encodeDictionaryBatch,
  encodeRecordBatch,
} from '@towline/adapter-arrow/validate';

/** A batch by hand, whatever it says. */
export interface BatchSpec {
  readonly rows: number;
  /** Length and null count of each array; default: one of `rows` without nulls. */
  readonly nodes?: readonly (readonly [length: number, nullCount: number])[];
  /** Placed one after the other, each at a multiple of 8, unless `ranges` says otherwise. */
  readonly buffers?: readonly Uint8Array[];
  readonly ranges?: readonly ByteRange[];
  readonly variadicCounts?: readonly number[];
  readonly compression?: RecordBatch['compression'];
  readonly version?: number;
  readonly dictionary?: { readonly id: bigint; readonly isDelta?: boolean };
}

export type EncodedBatch = readonly [metadata: Uint8Array, body: Uint8Array];

/** Metadata and body of a record batch, or of a dictionary batch. */
export function encodeBatch(spec: BatchSpec): EncodedBatch {
  const { rows, nodes = [[rows, 0]], buffers = [], variadicCounts = [], compression, version = 5, dictionary } = spec;
  const { body, ranges } = place(buffers);
  const batch: RecordBatch = {
    rows,
    nodes: nodes.map(([length, nullCount]) => ({ length, nullCount })),
    buffers: spec.ranges ?? ranges,
    variadicCounts,
    compression,
  };
  const parts = { version, bodyBytes: body.length, customMetadata: [] };
  if (dictionary === undefined) return [encodeRecordBatch(batch, parts), body];
  return [encodeDictionaryBatch({ isDelta: false, ...dictionary, data: batch }, parts), body];
}

export const none: Uint8Array = new Uint8Array(0);
export const bytesOf = (...values: number[]): Uint8Array => Uint8Array.from(values);
export const int16s = (...values: number[]): Uint8Array => new Uint8Array(Int16Array.from(values).buffer);
export const int32s = (...values: number[]): Uint8Array => new Uint8Array(Int32Array.from(values).buffer);
export const int64s = (...values: (number | bigint)[]): Uint8Array =>
  new Uint8Array(BigInt64Array.from(values, (value) => BigInt(value)).buffer);
export const text = (value: string): Uint8Array => new TextEncoder().encode(value);
/** A bitmap of ones and zeros, the first slot first: `bits('101')`. */
export function bits(slots: string): Uint8Array {
  const bitmap = new Uint8Array(Math.ceil(slots.length / 8));
  slots.split('').forEach((slot, index) => {
    if (slot === '1') bitmap[index >> 3] = (bitmap[index >> 3] ?? 0) | (1 << (index & 7));
  });
  return bitmap;
}

function place(buffers: readonly Uint8Array[]): { body: Uint8Array; ranges: readonly ByteRange[] } {
  let end = 0;
  const ranges = buffers.map(({ length }) => {
    const offset = end;
    end += Math.ceil(length / 8) * 8;
    return { offset, length };
  });
  const body = new Uint8Array(end);
  buffers.forEach((buffer, index) => body.set(buffer, ranges[index]?.offset ?? 0));
  return { body, ranges };
}
