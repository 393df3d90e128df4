import { describe, expect, it } from 'vitest';
import { bits, bytesOf, none } from '../support/encode-batch.ts';
import { types } from '../support/encode-schema.ts';
import { column, verdict } from '../support/validate-batches.ts';

const counted = (slots: string, nullCount: number): string => {
  const rows = slots.length;
  return verdict(column(types.int8), {
    rows,
    nodes: [[rows, nullCount]],
    buffers: [bits(slots), new Uint8Array(rows)],
  });
};

describe('null counts', () => {
  it('are those of the bitmap', () => {
    expect(counted('1011', 1)).toBe('accepted');
    expect(counted('1111', 0)).toBe('accepted');
    expect(counted('0000', 4)).toBe('accepted');
    expect(counted('1'.repeat(70) + '0'.repeat(3), 3)).toBe('accepted');
  });

  it('that are not are refused, as the library believes them', () => {
    expect(counted('1011', 0)).toBe('bad_null_count');
    expect(counted('1011', 2)).toBe('bad_null_count');
    expect(counted('1'.repeat(70) + '0'.repeat(3), 2)).toBe('bad_null_count');
  });

  it('padding after the last slot does not count', () => {
    const buffers = [bytesOf(0b1111_0110), new Uint8Array(3)];
    expect(verdict(column(types.int8), { rows: 3, nodes: [[3, 1]], buffers })).toBe('accepted');
  });

  it('nothing can be null without a bitmap', () => {
    expect(verdict(column(types.int8), { rows: 2, nodes: [[2, 1]], buffers: [none, bytesOf(1, 2)] })).toBe(
      'bad_buffer',
    );
  });
});
