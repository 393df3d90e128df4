import { describe, expect, it } from 'vitest';
import { type BatchSpec, bits, bytesOf, int16s, int32s, int64s, none } from '../support/encode-batch.ts';
import { type FieldSpec, types } from '../support/encode-schema.ts';
import { column, verdict } from '../support/validate-batches.ts';

const item: FieldSpec = { name: 'item', type: types.int8 };

const encoders = { int16: int16s, int32: int32s, int64: int64s };

describe('run ends', () => {
  it.each(['int16', 'int32', 'int64'] as const)('of type %s increase and cover the array', (width) => {
    const field = column(types.runEndEncoded, { name: 'run_ends', type: types[width] }, item);
    const check = (rows: number, ...ends: number[]): string =>
      verdict(field, {
        rows,
        nodes: [
          [rows, 0],
          [ends.length, 0],
          [ends.length, 0],
        ],
        buffers: [none, encoders[width](...ends), none, new Uint8Array(ends.length)],
      });
    expect(check(7, 4, 6, 7)).toBe('accepted');
    expect(check(6, 4, 6, 9)).toBe('accepted');
    expect(check(0)).toBe('accepted');
    expect(check(8, 4, 6, 7)).toBe('bad_run_end');
    expect(check(7, 4, 4, 7)).toBe('bad_run_end');
    expect(check(7, 0, 7)).toBe('bad_run_end');
    expect(check(7, -4, 7)).toBe('bad_run_end');
    expect(check(1)).toBe('bad_run_end');
  });

  it('are not null, have a value each, and leave nulls to the values', () => {
    const field = column(types.runEndEncoded, { name: 'run_ends', type: types.int32 }, item);
    const check = (nodes: BatchSpec['nodes'] & {}): string =>
      verdict(field, { rows: 2, nodes, buffers: [bits('10'), int32s(1, 2), none, bytesOf(1, 2)] });
    expect(
      check([
        [2, 0],
        [2, 1],
        [2, 0],
      ]),
    ).toBe('bad_batch');
    expect(
      check([
        [2, 0],
        [2, 0],
        [1, 0],
      ]),
    ).toBe('bad_batch');
    expect(
      check([
        [2, 1],
        [2, 0],
        [2, 0],
      ]),
    ).toBe('bad_batch');
  });
});
