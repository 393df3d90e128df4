import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Arena } from '../../src/chunking/arena.ts';

const mebibyte = 1024 * 1024;

/** The sum of all memory that lies behind these arrays. */
function behind(arrays: readonly Uint8Array[]): number {
  const buffers = new Set(arrays.map(({ buffer }) => buffer));
  return [...buffers].reduce((sum, { byteLength }) => sum + byteLength, 0);
}

describe('memory for what stays', () => {
  it('is of the size that was asked for, at a multiple of 8, and nobody else’s', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 300_000 }), { maxLength: 40 }), (sizes) => {
        const arena = new Arena();
        const taken = sizes.map((size, index) => arena.take(size).fill(index + 1));
        for (const [index, array] of taken.entries()) {
          expect([array.byteLength, array.byteOffset % 8]).toEqual([sizes[index], 0]);
          expect(array.every((byte) => byte === index + 1)).toBe(true);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('grows with what was taken: no more than as much again, a mebibyte, and what is asked for', () => {
    const arena = new Arena();
    const taken: Uint8Array[] = [];
    for (let total = 0; total < 64 * mebibyte; total += mebibyte / 2) {
      taken.push(arena.take(mebibyte / 2));
      expect(behind(taken)).toBeLessThanOrEqual(2 * total + mebibyte + mebibyte / 2);
    }
    expect(new Set(taken.map(({ buffer }) => buffer)).size).toBeLessThanOrEqual(8);
  });

  it('ends where all that is expected ends', () => {
    const arena = new Arena(3 * mebibyte);
    const taken = [1, 1, 1].map((mebibytes) => arena.take(mebibytes * mebibyte));
    expect(behind(taken)).toBe(3 * mebibyte);
    expect(behind([new Arena(24).take(16)])).toBe(24);
  });

  it('is there all the same when more is taken than was expected', () => {
    const arena = new Arena(10);
    expect([arena.take(8), arena.take(8), arena.take(100)].map(({ byteLength }) => byteLength)).toEqual([8, 8, 100]);
  });

  it('is refused as the engine refuses it', () => {
    expect(() => new Arena().take(2 ** 53)).toThrow(RangeError);
  });
});
