import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Gather } from '../../src/validate/framing/gather.ts';

/** Collects bytes that come in pieces of one size, and counts the bytes that are copied. */
function gathered(bytes: Uint8Array, pieceBytes: number): { readonly whole: Uint8Array; readonly copiedBytes: number } {
  let copiedBytes = 0;
  const gather = new Gather(bytes.byteLength, {
    copy: (target, piece, at) => {
      target.set(piece, at);
      copiedBytes += piece.byteLength;
    },
  });
  for (let at = 0; at < bytes.byteLength; at += pieceBytes) {
    const { whole } = gather.take(bytes.subarray(at, at + pieceBytes));
    if (whole) return { whole, copiedBytes };
  }
  throw new Error('not all was taken');
}

const numbered = (bytes: number): Uint8Array => Uint8Array.from({ length: bytes }, (_, at) => at * 7);

describe('bytes that are gathered', () => {
  it('are those that came, each copied little more than once', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300_000 }), fc.integer({ min: 1, max: 100_000 }), (bytes, pieceBytes) => {
        const { whole, copiedBytes } = gathered(numbered(bytes), pieceBytes);
        expect(Buffer.compare(whole, numbered(bytes))).toBe(0);
        // What is held before each growth, a sixteenth of what it makes room for and a byte for each rounding.
        expect(copiedBytes).toBeLessThanOrEqual(bytes * (1 + 1 / 15) + 8);
      }),
      { numRuns: 50 },
    );
  });

  it('are not copied twice when they are just more than sixteen times the first piece', () => {
    expect(gathered(numbered(16 * 65_536 + 8), 65_536).copiedBytes).toBeLessThan(1.1 * 16 * 65_536);
  });

  it('are not copied at all when they come whole', () => {
    const bytes = numbered(100);
    expect(gathered(bytes, 100)).toMatchObject({ copiedBytes: 0, whole: { buffer: bytes.buffer } });
  });

  it('take no more memory than sixteen times what came of them', () => {
    const targets: number[] = [];
    const gather = new Gather(2 ** 40, { copy: (target) => void targets.push(target.byteLength) });
    gather.take(new Uint8Array(100_000));
    expect(Math.max(...targets)).toBeLessThanOrEqual(16 * 100_000);
  });
});
