import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countSetBits, isNull } from '../../src/validate/values/bitmap.ts';

describe('bitmaps', () => {
  it('are counted as bit by bit, at any address and length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 80 }), fc.nat(), fc.nat(9), (bytes, length, shift) => {
        const moved = new Uint8Array(bytes.length + shift);
        moved.set(bytes, shift);
        const bitmap = moved.subarray(shift);
        const bits = length % (8 * bytes.length + 1);
        const ones = Array.from({ length: bits }, (_, bit) => ((bytes[bit >> 3] ?? 0) >> (bit & 7)) & 1);
        expect(countSetBits(bitmap, bits)).toBe(ones.reduce((total, one) => total + one, 0));
      }),
    );
  });

  it('say which slot is null; without one, none is', () => {
    const bitmap = Uint8Array.of(0b0000_0101, 0b1000_0000);
    expect([0, 1, 2, 8, 15].map((slot) => isNull(bitmap, slot))).toEqual([false, true, false, true, false]);
    expect(isNull(undefined, 5)).toBe(false);
  });
});
