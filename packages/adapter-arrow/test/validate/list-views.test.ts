import { describe, expect, it } from 'vitest';
import { bytesOf, int32s, int64s, none } from '../support/encode-batch.ts';
import { type FieldSpec, types } from '../support/encode-schema.ts';
import { column, verdict } from '../support/validate-batches.ts';

const item: FieldSpec = { name: 'item', type: types.int8 };

const cases = [
  ['listView', int32s],
  ['largeListView', int64s],
] as const;

describe('list views', () => {
  it.each(cases)('%s: every list lies within the child, in any order', (type, encode) => {
    const check = (offsets: number[], sizes: number[]): string =>
      verdict(column(types[type], item), {
        rows: offsets.length,
        nodes: [
          [offsets.length, 0],
          [4, 0],
        ],
        buffers: [none, encode(...offsets), encode(...sizes), none, bytesOf(1, 2, 3, 4)],
      });
    expect(check([2, 0, 4], [2, 4, 0])).toBe('accepted');
    expect(check([2], [3])).toBe('bad_offset');
    expect(check([-1], [1])).toBe('bad_offset');
    expect(check([4], [-1])).toBe('bad_offset');
    expect(check([5], [0])).toBe('bad_offset');
  });
});
