import fc from 'fast-check';
import { expect, it } from 'vitest';
import { partsBetween, pieceAt, type Placed } from '../../src/chunking/pieces.ts';

const placed = (sizes: readonly number[]): Placed[] => {
  let at = 0;
  return sizes.map((bytes) => {
    const piece = { at, bytes };
    at += bytes;
    return piece;
  });
};

it('the piece that holds a byte is found, and behind the last one nothing', () => {
  const pieces = placed([3, 1, 5]);
  expect([0, 2, 3, 4, 8, 9, 100].map((at) => pieceAt(pieces, at))).toEqual([0, 0, 1, 2, 2, 3, 3]);
});

it('S3 the parts of chunks of any size are all bytes, in order, each once', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 40 }),
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 1, max: 5 }),
      (sizes, chunkBytes, most) => {
        const pieces = placed(sizes);
        const totalBytes = sizes.reduce((sum, size) => sum + size, 0);
        const came: number[][] = pieces.map(() => []);
        for (let at = 0; at < totalBytes;) {
          const parts = partsBetween(pieces, at, at + chunkBytes, most);
          expect(parts.length).toBeGreaterThan(0);
          expect(parts.length).toBeLessThanOrEqual(most);
          for (const { piece, skipped, at: place, bytes } of parts) {
            expect(place).toBe(at);
            for (let byte = 0; byte < bytes; byte += 1) came[pieces.indexOf(piece)]?.push(skipped + byte);
            at += bytes;
          }
        }
        expect(came).toEqual(sizes.map((size) => Array.from({ length: size }, (_, byte) => byte)));
      },
    ),
  );
});
