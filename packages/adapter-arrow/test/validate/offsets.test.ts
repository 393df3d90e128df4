import { describe, expect, it } from 'vitest';
import { bytesOf, int32s, int64s, none, text } from '../support/encode-batch.ts';
import { type FieldSpec, types } from '../support/encode-schema.ts';
import { errorOf } from '../support/expect-format-error.ts';
import { column, validate, validatorFor, verdict } from '../support/validate-batches.ts';

const item: FieldSpec = { name: 'item', type: types.int8 };

const binary = (...offsets: number[]): string =>
  verdict(column(types.binary), {
    rows: offsets.length - 1,
    buffers: [none, int32s(...offsets), bytesOf(1, 2, 3, 4)],
  });
const large = (...offsets: (number | bigint)[]): string =>
  verdict(column(types.largeUtf8), { rows: offsets.length - 1, buffers: [none, int64s(...offsets), text('abcd')] });
const list = (...offsets: number[]): string =>
  verdict(column(types.list, item), {
    rows: offsets.length - 1,
    nodes: [
      [offsets.length - 1, 0],
      [4, 0],
    ],
    buffers: [none, int32s(...offsets), none, bytesOf(1, 2, 3, 4)],
  });

describe('offsets', () => {
  it('may stay, increase, and begin or end anywhere within their values', () => {
    for (const check of [binary, large, list]) {
      expect(check(0, 1, 4)).toBe('accepted');
      expect(check(2, 2, 2)).toBe('accepted');
      expect(check(1, 3)).toBe('accepted');
    }
  });

  it('may not decrease, be negative, or go beyond their values', () => {
    for (const check of [binary, large, list]) {
      expect(check(0, 3, 2)).toBe('bad_offset');
      expect(check(-1, 0, 2)).toBe('bad_offset');
      expect(check(0, 2, 5)).toBe('bad_offset');
      expect(check(2 ** 31 - 1, -(2 ** 31))).toBe('bad_offset');
    }
  });

  it('of 64 bits are compared as such', () => {
    expect(large(0, 2n ** 32n)).toBe('bad_offset');
    expect(large(0, 2n ** 62n)).toBe('bad_offset');
    expect(large(0, 2n ** 32n, 1)).toBe('bad_offset');
    expect(large(0, -(2n ** 62n))).toBe('bad_offset');
    expect(large(2n ** 60n + 1n, 2n ** 60n)).toBe('bad_offset');
  });

  it('may be left out by an empty array', () => {
    expect(verdict(column(types.binary), { rows: 0, buffers: [none, none, none] })).toBe('accepted');
    expect(
      verdict(column(types.largeList, item), {
        rows: 0,
        nodes: [
          [0, 0],
          [0, 0],
        ],
        buffers: [none, none, none, none],
      }),
    ).toBe('accepted');
  });

  it('are named with their field', () => {
    const validator = validatorFor({ fields: [column(types.list, { name: 'inner', type: types.binary })] });
    const batch = {
      rows: 1,
      nodes: [
        [1, 0],
        [2, 0],
      ] as const,
      buffers: [none, int32s(0, 2), none, int32s(0, 3, 1), bytesOf(1, 2, 3)],
    };
    expect(errorOf(() => validate(validator, batch))).toMatchObject({ code: 'bad_offset', path: 'c.inner' });
  });
});
