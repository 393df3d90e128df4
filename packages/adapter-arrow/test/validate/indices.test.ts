import { describe, expect, it } from 'vitest';
import { type BatchSpec, bits, bytesOf, int16s, int32s, int64s, none } from '../support/encode-batch.ts';
import { type FieldSpec, types } from '../support/encode-schema.ts';
import { column, verdict } from '../support/validate-batches.ts';

const field: FieldSpec = { ...column(types.utf8), dictionary: 1n };
const values = (count: number, isDelta = false): BatchSpec => ({
  rows: count,
  buffers: [none, int32s(...Array.from({ length: count + 1 }, () => 0)), none],
  dictionary: { id: 1n, isDelta },
});
const indices = (...slots: number[]): BatchSpec => ({ rows: slots.length, buffers: [none, int32s(...slots)] });

const widths = [
  { bitWidth: 8, signed: true, encode: bytesOf },
  { bitWidth: 8, signed: false, encode: bytesOf },
  { bitWidth: 16, signed: true, encode: int16s },
  { bitWidth: 32, signed: false, encode: int32s },
  { bitWidth: 64, signed: true, encode: int64s },
  { bitWidth: 64, signed: false, encode: int64s },
] as const;
const count = 300;

const outerValues = (index: number): BatchSpec => ({
  rows: 1,
  nodes: [
    [1, 0],
    [1, 0],
  ],
  buffers: [none, int32s(0, 1), none, int32s(index)],
  dictionary: { id: 1n },
});

describe('dictionary indices', () => {
  it('are within the dictionary', () => {
    expect(verdict(field, values(3), indices(0, 2))).toBe('accepted');
    expect(verdict(field, values(3), indices(0, 3))).toBe('bad_dictionary_index');
    expect(verdict(field, values(3), indices(-1))).toBe('bad_dictionary_index');
  });

  it('may be anything where they are null', () => {
    const batch = { rows: 2, nodes: [[2, 1]] as const, buffers: [bits('10'), int32s(1, 99)] };
    expect(verdict(field, values(3), batch)).toBe('accepted');
  });

  it('count the values of deltas, and of a replacement alone', () => {
    expect(verdict(field, values(2), values(2, true), indices(3))).toBe('accepted');
    expect(verdict(field, values(2), values(2, true), indices(4))).toBe('bad_dictionary_index');
    expect(verdict(field, values(4), values(2), indices(3))).toBe('bad_dictionary_index');
  });

  it('need a dictionary, unless all are null or there are none', () => {
    expect(verdict(field, indices(0))).toBe('missing_dictionary');
    expect(verdict(field, indices())).toBe('accepted');
    expect(verdict(field, { rows: 1, nodes: [[1, 1]], buffers: [bits('0'), int32s(7)] })).toBe('accepted');
  });

  it('of a dictionary inside of another are checked with it', () => {
    const outer: FieldSpec = {
      ...column(types.list, { name: 'item', type: types.utf8, dictionary: 2n }),
      dictionary: 1n,
    };
    const inner = { ...values(2), dictionary: { id: 2n } };
    expect(verdict(outer, inner, outerValues(1), indices(0))).toBe('accepted');
    expect(verdict(outer, inner, outerValues(2))).toBe('bad_dictionary_index');
    expect(verdict(outer, outerValues(0))).toBe('missing_dictionary');
  });
});

describe('dictionary indices of each width', () => {
  it.each(widths)('$bitWidth bits, signed: $signed', ({ bitWidth, signed, encode }) => {
    const field: FieldSpec = { ...column(types.int8), dictionary: 1n, indexType: [bitWidth, signed] };
    const dictionary: BatchSpec = { rows: count, buffers: [none, new Uint8Array(count)], dictionary: { id: 1n } };
    const check = (index: number): string => verdict(field, dictionary, { rows: 2, buffers: [none, encode(0, index)] });
    expect(check(100)).toBe('accepted');
    // As a byte, -1 is 255: an index like any other unless it is signed.
    expect(check(-1)).toBe(bitWidth === 8 && !signed ? 'accepted' : 'bad_dictionary_index');
    expect(check(bitWidth === 8 ? 128 : count)).toBe(bitWidth === 8 && !signed ? 'accepted' : 'bad_dictionary_index');
  });
});
