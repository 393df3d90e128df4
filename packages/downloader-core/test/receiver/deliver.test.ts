import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { deliverable } from '../../src/receiver/deliver.ts';
import { copyTogether } from '../../src/base/copies.ts';
import { bytesOf, textOf } from '../support/objects.ts';

/** Views of one buffer, the first at `offset`, of the given lengths, one behind the other. */
function views(lengths: readonly number[], offset = 0): Uint8Array[] {
  const whole = new Uint8Array(offset + lengths.reduce((sum, length) => sum + length, 0)).map((_, index) => index);
  let at = offset;
  return lengths.map((length) => {
    at += length;
    return whole.subarray(at - length, at);
  });
}

describe('what a consumer gets', () => {
  it('M4 shared bytes go to a reading consumer as they are', () => {
    const data = [bytesOf('ab'), bytesOf('c')];
    expect(deliverable(data, {}, true)).toBe(data);
    expect(deliverable(data, { copyOnDeliver: false, keepsBytes: false }, true)).toBe(data);
  });

  it('M4 a consumer that writes gets a copy of shared bytes, and the bytes themselves where nobody shares them', () => {
    const data = [bytesOf('ab'), bytesOf('c')];
    const copy = deliverable(data, { copyOnDeliver: true }, true);
    copy[0]?.fill(0);
    expect(data.map(textOf)).toEqual(['ab', 'c']);
    expect(copy.map((segment) => segment.byteLength)).toEqual([2, 1]);
    expect(deliverable(data, { copyOnDeliver: true }, false)).toBe(data);
  });

  it('M4 who keeps bytes gets each chunk in one buffer, at a multiple of 8', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat({ max: 20 }), { maxLength: 6 }),
        fc.nat({ max: 24 }),
        fc.boolean(),
        (lengths, offset, apart) => {
          const data = apart ? views(lengths, offset).map((segment) => segment.slice()) : views(lengths, offset);
          const kept = deliverable(data, { keepsBytes: true }, false);
          expect(kept.map((segment) => [...segment])).toEqual(data.map((segment) => [...segment]));
          expect(copyTogether(kept)).toEqual(copyTogether(data));
          expect(new Set(kept.map((segment) => segment.buffer)).size).toBeLessThanOrEqual(1);
          let at = kept[0]?.byteOffset ?? 0;
          const isAligned = at % 8 === 0 || copyTogether(kept).byteLength === 0;
          expect(isAligned).toBe(true);
          for (const segment of kept) {
            expect(segment.byteOffset).toBe(at);
            at += segment.byteLength;
          }
        },
      ),
    );
  });

  it('M4 what is already so is not copied', () => {
    for (const data of [views([3, 5, 8], 16), views([4]), [], [new Uint8Array(0)]])
      expect(deliverable(data, { keepsBytes: true }, false)).toBe(data);
    for (const data of [views([3, 5], 4), [bytesOf('a'), bytesOf('b')], views([3, 5]).toReversed()])
      expect(deliverable(data, { keepsBytes: true }, false)).not.toBe(data);
  });
});
