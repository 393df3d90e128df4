import { describe, expect, it } from 'vitest';
import { bytesOf, int32s, none } from '../support/encode-batch.ts';
import { type FieldSpec, types } from '../support/encode-schema.ts';
import { column, judge, verdict } from '../support/validate-batches.ts';

const children: FieldSpec[] = [
  { name: 'i', type: types.int8 },
  { name: 's', type: types.bool },
];
const dense = (typeIds: readonly number[], offsets: readonly number[], version: 4 | 5 = 5): string => {
  const rows = typeIds.length;
  const validity = version === 4 ? [none] : [];
  const buffers = [...validity, bytesOf(...typeIds), int32s(...offsets), none, bytesOf(1, 2), none, bytesOf(1)];
  return judge({ fields: [column(types.denseUnion, ...children)], version }, [
    {
      rows,
      nodes: [
        [rows, 0],
        [2, 0],
        [3, 0],
      ],
      buffers,
      version,
    },
  ]);
};

const sparse = (typeIds: readonly number[], childRows: number): string => {
  const rows = typeIds.length;
  const buffers = [bytesOf(...typeIds), none, new Uint8Array(childRows), none, bytesOf(3)];
  return verdict(column(types.sparseUnion, ...children), {
    rows,
    nodes: [
      [rows, 0],
      [childRows, 0],
      [rows, 0],
    ],
    buffers,
  });
};

describe('unions', () => {
  it('use type ids that are declared, and offsets within their child', () => {
    expect(dense([0, 1, 1], [1, 2, 0])).toBe('accepted');
    expect(dense([0, 2], [0, 0])).toBe('bad_union');
    expect(dense([0, 255], [0, 0])).toBe('bad_union');
    expect(dense([0], [2])).toBe('bad_union');
    expect(dense([1], [3])).toBe('bad_union');
    expect(dense([0], [-1])).toBe('bad_union');
  });

  it('of metadata V4 have a bitmap before their type ids', () => {
    expect(dense([0, 1], [1, 2], 4)).toBe('accepted');
    expect(dense([0, 1], [1, 3], 4)).toBe('bad_union');
  });

  it('that are sparse have children as long as they are', () => {
    expect(sparse([0, 1], 2)).toBe('accepted');
    expect(sparse([0, 7], 2)).toBe('bad_union');
    expect(sparse([0, 1], 3)).toBe('bad_batch');
  });
});
