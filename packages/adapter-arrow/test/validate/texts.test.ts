import { describe, expect, it } from 'vitest';
import { bits, bytesOf, int32s, none, text } from '../support/encode-batch.ts';
import { types } from '../support/encode-schema.ts';
import { column, nullsIn, verdict } from '../support/validate-batches.ts';

const texts = (bytes: Uint8Array, offsets: readonly number[], slots = ''): string => {
  const rows = offsets.length - 1;
  const nullCount = nullsIn(slots);
  return verdict(column(types.utf8), {
    rows,
    nodes: [[rows, nullCount]],
    buffers: [bits(slots), int32s(...offsets), bytes],
  });
};
const euro = text('€');

describe('text', () => {
  it('is UTF-8', () => {
    expect(texts(text('größe, 日本, 😀'), [0, 4, 17, 21])).toBe('accepted');
    expect(texts(bytesOf(0x61, 0xff), [0, 1, 2])).toBe('bad_utf8');
  });

  it('does not begin or end within a character', () => {
    expect(texts(euro, [0, 3])).toBe('accepted');
    expect(texts(euro, [0, 1, 3])).toBe('bad_utf8');
    expect(texts(euro, [1, 3])).toBe('bad_utf8');
    expect(texts(euro, [0, 2])).toBe('bad_utf8');
    expect(texts(euro, [0, 0, 3, 3])).toBe('accepted');
  });

  it('may be anything where it is null', () => {
    expect(texts(bytesOf(0x61, 0xff, 0x62), [0, 1, 2, 3], '101')).toBe('accepted');
    expect(texts(bytesOf(0x61, 0xff, 0x62), [0, 1, 2, 3], '011')).toBe('bad_utf8');
  });

  it('may be split between two that are null', () => {
    expect(texts(euro, [0, 1, 3], '00')).toBe('accepted');
    expect(texts(euro, [0, 1, 3], '01')).toBe('bad_utf8');
  });

  it('is not looked for in binary, or outside of the offsets', () => {
    expect(verdict(column(types.binary), { rows: 1, buffers: [none, int32s(0, 1), bytesOf(0xff)] })).toBe('accepted');
    expect(texts(bytesOf(0xff, 0x61, 0xff), [1, 2])).toBe('accepted');
  });
});
