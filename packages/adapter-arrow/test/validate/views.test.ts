import { describe, expect, it } from 'vitest';
import { bits, int32s, none, text } from '../support/encode-batch.ts';
import { type FieldSpec, concat, types } from '../support/encode-schema.ts';
import { column, nullsIn, verdict } from '../support/validate-batches.ts';

const long = text('a text that is too long to be inline: größe');
const view = (length: number, ...rest: number[]): Uint8Array => int32s(length, ...rest, 0, 0, 0).subarray(0, 16);
const inline = (value: string, paddingByte = 0): Uint8Array => {
  const bytes = new Uint8Array(16).fill(paddingByte);
  bytes.set(int32s(text(value).length));
  bytes.set(text(value), 4);
  return bytes;
};
const prefix = (at: number): number => new DataView(long.buffer).getInt32(at, true);
const check = (views: Uint8Array, type: FieldSpec['type'] = types.utf8View, slots = ''): string => {
  const rows = views.length / 16;
  const nulls = nullsIn(slots);
  return verdict(column(type), {
    rows,
    nodes: [[rows, nulls]],
    buffers: [bits(slots), views, long],
    variadicCounts: [1],
  });
};

describe('views', () => {
  it('that are short hold their bytes and zeros', () => {
    expect(check(inline('größe'))).toBe('accepted');
    expect(check(inline('zwölf Bytes'))).toBe('accepted');
    expect(check(inline('größe', 1))).toBe('bad_view');
  });

  it('that are long lie within a buffer and repeat its first bytes', () => {
    expect(check(view(20, prefix(2), 0, 2))).toBe('accepted');
    expect(check(view(20, prefix(3), 0, 2))).toBe('bad_view');
    expect(check(view(20, prefix(2), 1, 2))).toBe('bad_view');
    expect(check(view(20, prefix(2), -1, 2))).toBe('bad_view');
    expect(check(view(long.length, prefix(2), 0, 2))).toBe('bad_view');
    expect(check(view(20, prefix(2), 0, -2))).toBe('bad_view');
    expect(check(view(-1))).toBe('bad_view');
  });

  it('of text do not cut a character, in any number of overlapping ones', () => {
    const umlaut = long.indexOf(0xc3);
    const whole = view(umlaut + 2, prefix(0), 0, 0);
    expect(check(concat(whole, whole, view(umlaut, prefix(0), 0, 0)))).toBe('accepted');
    expect(check(concat(whole, view(umlaut + 1, prefix(0), 0, 0)))).toBe('bad_utf8');
  });

  it('may be anything where they are null', () => {
    expect(check(view(-1), types.utf8View, '0')).toBe('accepted');
  });

  it('have as many buffers as the batch says', () => {
    const batch = { rows: 0, buffers: [none, none, long] };
    expect(verdict(column(types.utf8View), { ...batch, variadicCounts: [1] })).toBe('accepted');
    expect(verdict(column(types.utf8View), { ...batch, variadicCounts: [2] })).toBe('bad_batch');
    expect(verdict(column(types.utf8View), { ...batch, variadicCounts: [-1] })).toBe('bad_batch');
    expect(verdict(column(types.utf8View), { ...batch, variadicCounts: [] })).toBe('bad_batch');
    expect(verdict(column(types.utf8View), { ...batch, variadicCounts: [1, 1] })).toBe('bad_batch');
  });
});
