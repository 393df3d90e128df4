import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TextIndex } from '../../src/validate/values/text-index.ts';
import { characterLength, isUtf8, isUtf8ByCharacters, skipAscii } from '../../src/validate/values/utf8.ts';
import { text } from '../support/encode-batch.ts';
import { concat } from '../support/encode-schema.ts';

const decoder = new TextDecoder('utf-8', { fatal: true });

/** What the platform says: the second opinion. */
function platformAccepts(bytes: Uint8Array): boolean {
  try {
    decoder.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

// Text, damaged text, and bytes that often begin or continue characters.
const lead = fc.constantFrom(
  0x7f,
  0x80,
  0xbf,
  0xc0,
  0xc1,
  0xc2,
  0xdf,
  0xe0,
  0xed,
  0xef,
  0xf0,
  0xf4,
  0xf5,
  0xff,
  0x9f,
  0xa0,
  0x8f,
  0x90,
);
const someBytes = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }).map(text),
  fc.array(fc.oneof(lead, fc.nat(255)), { maxLength: 12 }).map((bytes) => Uint8Array.from(bytes)),
  fc
    .tuple(fc.string({ maxLength: 60 }), fc.array(lead, { maxLength: 4 }))
    .map(([start, end]) => concat(text(start), Uint8Array.from(end))),
);

describe('isUtf8', () => {
  it('agrees with the platform about any bytes', () => {
    fc.assert(
      fc.property(someBytes, fc.nat(7), (bytes, shift) => {
        // At any alignment, with bytes before and after that do not count.
        const around = concat(new Uint8Array(shift).fill(0x80), bytes, Uint8Array.of(0x80, 0x80, 0x80, 0x80));
        expect(isUtf8(around, shift, shift + bytes.length)).toBe(platformAccepts(bytes));
      }),
      { numRuns: 5000 },
    );
  });

  it('agrees with the platform about many bytes, whoever looks at them', () => {
    fc.assert(
      fc.property(someBytes, fc.nat(2_000), fc.nat(2_000), (bytes, before, after) => {
        const long = concat(text('ä'.repeat(before)), bytes, text('b'.repeat(after)));
        const around = concat(Uint8Array.of(0x80), long, Uint8Array.of(0x80));
        for (const looks of [isUtf8, isUtf8ByCharacters])
          expect(looks(around, 1, 1 + long.length)).toBe(platformAccepts(long));
      }),
      { numRuns: 500 },
    );
  });

  it('agrees with the platform about every character', () => {
    // A lone surrogate is replaced when it is encoded, so all of these are characters.
    const characters = Array.from({ length: 0x11_0000 / 16 }, (_, index) =>
      text(String.fromCodePoint(16 * index + (index % 16))),
    );
    const wrong = characters.filter((bytes) => characterLength(bytes, 0, bytes.length) !== bytes.length);
    expect(wrong).toEqual([]);
  });

  it('finds a bad byte behind any run of ASCII', () => {
    for (let run = 0; run < 100; run++) {
      const bytes = concat(new Uint8Array(run).fill(0x61), Uint8Array.of(0xc3), text('b'.repeat(50)));
      expect(isUtf8(bytes, 0, bytes.length)).toBe(false);
      expect(skipAscii(bytes, 0, bytes.length)).toBe(run);
      expect(skipAscii(bytes, 0, run)).toBe(run);
    }
  });
});

describe('TextIndex', () => {
  it('agrees with the platform about any range of any bytes', () => {
    fc.assert(
      fc.property(
        someBytes,
        fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 1, maxLength: 20 }),
        (bytes, ranges) => {
          const index = new TextIndex(bytes);
          for (const [a, b] of ranges) {
            const [start, end] = [a % (bytes.length + 1), b % (bytes.length + 1)].toSorted(
              (one, other) => one - other,
            ) as [number, number];
            expect(index.isText(start, end)).toBe(platformAccepts(bytes.subarray(start, end)));
          }
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('answers for a buffer of nothing but stray bytes', () => {
    const bytes = new Uint8Array(100_000).fill(0x80);
    bytes[50_000] = 0x61;
    const index = new TextIndex(bytes);
    expect(index.isText(50_000, 50_001)).toBe(true);
    expect(index.isText(49_999, 50_001)).toBe(false);
    expect(index.isText(50_000, 50_002)).toBe(false);
  });
});
