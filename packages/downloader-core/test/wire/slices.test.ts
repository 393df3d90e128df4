import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { loadHasher } from '../../src/base/hash.ts';
import { ChunkDigest } from '../../src/wire/chunk-digest.ts';
import { copyCount, copyTogether } from '../../src/base/copies.ts';
import { pack, packCanonical, unpack } from '../../src/wire/pack.ts';
import { segmentsOf, sliceOf } from '../../src/wire/slices.ts';
import { bytesOf, textOf } from '../support/objects.ts';

const hasher = await loadHasher();
const pieceLists = fc.array(fc.uint8Array({ maxLength: 30 }), { maxLength: 8 });

describe('slices of pieces', () => {
  it('W4 a slice is what the concatenation has there, as views', () => {
    fc.assert(
      fc.property(pieceLists, fc.nat({ max: 240 }), fc.nat({ max: 240 }), (pieces, one, other) => {
        const whole = copyTogether(pieces);
        const [from, to] = [Math.min(one, other), Math.max(one, other)];
        const { bytesCopied } = copyCount;
        const views = sliceOf(pieces, from, to);
        expect(copyCount.bytesCopied).toBe(bytesCopied);
        expect(copyTogether(views)).toEqual(whole.slice(from, to));
      }),
    );
  });

  it('W4 segments of any lengths come out of pieces of any sizes', () => {
    fc.assert(
      fc.property(pieceLists, fc.array(fc.nat({ max: 40 })), (pieces, drawn) => {
        const whole = copyTogether(pieces);
        let rest = whole.byteLength;
        const lengths = drawn.map((length) => {
          const taken = Math.min(length, rest);
          rest -= taken;
          return taken;
        });
        const segments = segmentsOf(pieces, [...lengths, rest]);
        expect(segments.map((segment) => segment.byteLength)).toEqual([...lengths, rest]);
        expect(copyTogether(segments)).toEqual(whole);
      }),
    );
  });

  it('M4 only a segment that spans pieces is copied', () => {
    const pieces = [bytesOf('abc'), bytesOf('def')];
    const { bytesCopied } = copyCount;
    expect(segmentsOf(pieces, [3, 3])).toEqual(pieces);
    expect(copyCount.bytesCopied).toBe(bytesCopied);
    expect(segmentsOf(pieces, [2, 3, 1]).map(textOf)).toEqual(['ab', 'cde', 'f']);
    expect(copyCount.bytesCopied).toBe(bytesCopied + 3);
  });
});

describe('the digest of a pull', () => {
  const [one, two] = [hasher.checksum([bytesOf('one')]), hasher.checksum([bytesOf('two')])];
  const digestOf = (checksums: readonly Uint8Array[]): Uint8Array => {
    const digest = new ChunkDigest(hasher);
    for (const checksum of checksums) digest.add(checksum);
    expect(digest.chunks).toBe(checksums.length);
    return digest.digest();
  };

  it('I2 is XXH64 over each sequence number, as 8 bytes big-endian, and checksum', () => {
    const numbered = [Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 1), one, Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 2), two];
    expect(digestOf([one, two])).toEqual(hasher.checksum(numbered));
    expect(digestOf([])).toEqual(hasher.checksum([]));
  });

  it('I2 tells a missing, a repeated and a reordered chunk', () => {
    const right = digestOf([one, two]);
    for (const wrong of [[one], [two], [two, one], [one, one, two], [one, two, two]])
      expect(digestOf(wrong)).not.toEqual(right);
  });
});

describe('MessagePack', () => {
  it('L5 a state comes back as it was', () => {
    const states = fc.dictionary(
      fc.string().filter((key) => key !== '__proto__'),
      fc.oneof(
        fc.string(),
        fc.maxSafeInteger(),
        fc.boolean(),
        fc.constant(null),
        fc.uint8Array(),
        fc.array(fc.string()),
      ),
    );
    fc.assert(
      fc.property(states, (state) => {
        expect(unpack(pack(state))).toEqual({ ...state });
      }),
    );
  });

  it('L5 equal states are equal whatever the order of their keys', () => {
    expect(packCanonical({ a: 1, b: { d: 2, c: 3 } })).toEqual(packCanonical({ b: { c: 3, d: 2 }, a: 1 }));
    expect(packCanonical({ a: 1 })).not.toEqual(packCanonical({ a: 2 }));
  });

  it('L6 offsets beyond 4 GiB come back exactly', () => {
    for (const offset of [2 ** 32, 2 ** 32 + 1, 2 ** 40 + 7, 2 ** 53 - 1])
      expect(unpack(pack({ offset }))).toEqual({ offset });
  });

  it('L5 fields that are undefined are left out, what MessagePack cannot hold is refused', () => {
    expect(unpack(pack({ a: undefined, b: 1 }))).toEqual({ b: 1 });
    expect(() => pack({ a: () => {} })).toThrow(Error);
  });
});
