import type { RecordBatch } from '@towline/adapter-arrow/validate';
import { vectors } from '../codecs/vectors.ts';
import { int64s } from './encode-batch.ts';
import { concat } from './encode-schema.ts';

/** `compression` of a batch, by codec. */
export const compressions = {
  lz4Frame: { codec: 0, method: 0 },
  zstd: { codec: 1, method: 0 },
} as const satisfies Record<string, RecordBatch['compression']>;

/** A compressed buffer as it stands in a body: the length of what it stands for, then the bytes. */
export const compressedBuffer = (declaredBytes: number | bigint, data: Uint8Array): Uint8Array =>
  concat(int64s(declaredBytes), data);

/** A buffer that is stored as it is, in a batch that is compressed. */
export const storedBuffer = (data: Uint8Array): Uint8Array => compressedBuffer(-1, data);

/** Numbers 0, 3, 6, … as 32-bit integers, and what the reference tool made of them. */
export function compressedCounters(codec: keyof typeof compressions): {
  readonly values: Uint8Array;
  readonly buffer: Uint8Array;
} {
  const vector = vectors(codec).find(({ content }) => content === 'counters');
  if (vector === undefined) throw new Error('There is no such vector');
  return { values: vector.expected, buffer: compressedBuffer(vector.expected.length, vector.compressed) };
}
