import { encode } from '@msgpack/msgpack';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { checkClaims } from '../../src/wire/claims.ts';
import { readHeader } from '../../src/wire/header.ts';
import { unpack } from '../../src/wire/pack.ts';

const plainJson = fc.dictionary(
  fc.string().filter((key) => key !== '__proto__'),
  fc.jsonValue(),
);

/** A header of lists in each other, each with a count of its own. */
function nestedLists(count: number, bytes: number): Uint8Array {
  const header = new Uint8Array(bytes);
  const view = new DataView(header.buffer);
  for (let at = 0; at + 5 <= bytes; at += 5) {
    header[at] = 0xdd;
    view.setUint32(at + 1, count);
  }
  return header;
}

/** Nothing, in so many lists of one element. */
const deep = (depth: number): Uint8Array => new Uint8Array(depth + 1).fill(0x91, 0, depth).fill(0xc0, depth);

describe('the counts of MessagePack', () => {
  it('W4 lists that claim more elements than bytes follow are refused before anything is allocated for them', () => {
    for (const count of [2 ** 32 - 1, 2 ** 20, 65_536, 4097]) {
      expect(() => checkClaims(nestedLists(count, 65_536))).toThrow('larger than the bytes that follow');
      expect(readHeader(nestedLists(count, 65_536)).is).toBe('malformed');
    }
  });

  it('W4 what lies in each other deeper than 100 is refused', () => {
    expect(() => checkClaims(deep(100))).not.toThrow();
    expect(() => checkClaims(deep(101))).toThrow('deeper than 100');
  });

  it('W4 extensions are refused', () => {
    expect(() => checkClaims(encode(new Date(0)))).toThrow('format 0xd6');
    expect(() => checkClaims(Uint8Array.of(0xc1))).toThrow('format 0xc1');
  });

  it('W4 whatever is encoded passes, and comes back as it was', () => {
    const values = fc.dictionary(
      fc.string().filter((key) => key !== '__proto__'),
      fc.oneof(
        fc.jsonValue({ maxDepth: 4 }),
        fc.uint8Array(),
        fc.integer(),
        fc.maxSafeInteger(),
        fc.double({ noNaN: true }),
      ),
    );
    fc.assert(
      fc.property(values, (value) => {
        const bytes = encode(value);
        checkClaims(bytes);

        expect(encode(unpack(bytes))).toEqual(bytes);
      }),
    );
  });

  it.each([
    ['a text of 300 bytes', 'x'.repeat(300)],
    ['a text of 70,000 bytes', 'x'.repeat(70_000)],
    ['300 bytes', new Uint8Array(300)],
    ['70,000 bytes', new Uint8Array(70_000)],
    ['a list of 20', Array.from({ length: 20 }, () => null)],
    ['a list of 70,000', Array.from({ length: 70_000 }, () => true)],
    ['a map of 20', Object.fromEntries(Array.from({ length: 20 }, (_, key) => [`k${key}`, key]))],
    ['a map of 70,000', Object.fromEntries(Array.from({ length: 70_000 }, (_, key) => [`k${key}`, -1 - key]))],
    ['numbers of every width', [1, 200, 300, 70_000, 2 ** 40, -1, -100, -200, -70_000, -(2 ** 40), 1.5, false]],
  ])('W4 %s passes', (_, value) => {
    expect(unpack(encode({ value }))).toEqual({ value });
  });

  it('W4 a value that ends too early is refused, wherever it is cut', () => {
    fc.assert(
      fc.property(plainJson, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (value, where) => {
        const bytes = encode(value);
        expect(() => unpack(bytes.subarray(0, Math.floor(where * bytes.byteLength)))).toThrow(Error);
      }),
    );
  });
});
