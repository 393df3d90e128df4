import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Segments, totalLength } from '../../src/target/segments.ts';

describe('a chunk that is taken apart', () => {
  it('gives the same bytes wherever it is cut, without copies', () => {
    const lists = fc.array(fc.uint8Array({ maxLength: 6 }), { maxLength: 6 });
    fc.assert(
      fc.property(lists, fc.array(fc.nat(8)), (data, lengths) => {
        const all = Buffer.concat(data);
        const segments = new Segments(data);
        let at = 0;
        for (const length of lengths) {
          const views = segments.take(length);
          expect(Buffer.concat(views)).toEqual(all.subarray(at, at + length));
          expect(views.every(({ buffer }) => data.some((bytes) => bytes.buffer === buffer))).toBe(true);
          at += totalLength(views);
        }
      }),
    );
  });
});
