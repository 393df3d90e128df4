import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batches, withoutFirst } from '../../../src/safetensors/node/write-parts.ts';

const parts = fc.array(fc.uint8Array({ maxLength: 6 }), { maxLength: 8 });

describe('what is left after a short write', () => {
  it('is everything behind the bytes that were written', () => {
    fc.assert(
      fc.property(parts, fc.nat(50), (list, written) => {
        const all = Buffer.concat(list);
        const rest = withoutFirst(list, written);
        expect(Buffer.concat(rest).equals(all.subarray(written))).toBe(true);
        expect(rest.every((part) => part.byteLength > 0)).toBe(true);
      }),
    );
  });
});

describe('batches', () => {
  it('keep within what one system call takes, in order and without copies', () => {
    const list = [
      ...Array.from({ length: 2500 }, (_, index) => Uint8Array.of(index)),
      new Uint8Array(),
      new Uint8Array(40_000_000).fill(5),
      Uint8Array.of(6),
    ];
    const grouped = [...batches(list)];
    expect(Buffer.concat(grouped.flat()).equals(Buffer.concat(list))).toBe(true);
    for (const batch of grouped) {
      expect(batch.length).toBeLessThanOrEqual(1024);
      expect(batch.reduce((sum, part) => sum + part.byteLength, 0)).toBeLessThanOrEqual(16 * 2 ** 20);
    }
    expect(grouped.flat().every((piece) => list.some((part) => part.buffer === piece.buffer))).toBe(true);
  });

  it('of nothing are none', () => {
    expect([...batches([new Uint8Array()])]).toEqual([]);
  });
});
