import { type BufferCodec, codecs, lz4Frame, zstd } from '@towline/adapter-arrow/codecs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { verdictOf } from '../support/expect-format-error.ts';
import { decode, judgeDecoding } from './decoding.ts';
import { type Vector, vectors } from './vectors.ts';

const decoders: Readonly<Record<Vector['codec'], BufferCodec>> = { lz4Frame, zstd };

it('codecs() has a decoder for every codec of the format', () => {
  expect(codecs()).toEqual({ lz4Frame, zstd });
});

describe.each(['lz4Frame', 'zstd'] as const)('%s', (name) => {
  const codec = decoders[name];
  const all = vectors(name);
  const small = all.filter(({ expected }) => expected.length < 5000);

  it.each(all)('decodes $content ($how) to what the reference tool encoded', ({ compressed, expected }) => {
    expect(decode(codec, compressed, expected.length)).toEqual(expected);
  });

  it.each(all)('what $content ($how) stands for is within what its size can', ({ compressed, expected }) => {
    expect(codec.maxOutputBytes(compressed.length)).toBeGreaterThanOrEqual(expected.length);
  });

  it.each(small)('refuses $content ($how) when another length was declared', ({ compressed, expected }) => {
    for (const bytes of [expected.length + 1, expected.length * 2 + 100]) {
      expect(judgeDecoding(codec, compressed, bytes)).toBe('bad_compression');
    }
    for (const bytes of [0, expected.length - 1].filter((shorter) => shorter >= 0 && shorter < expected.length)) {
      expect(judgeDecoding(codec, compressed, bytes)).toBe('bad_compression');
    }
  });

  it('refuses an input that is cut, at every byte', () => {
    for (const { compressed, expected } of small) {
      for (let end = expected.length === 0 ? 1 : 0; end < compressed.length; end++) {
        expect(judgeDecoding(codec, compressed.subarray(0, end), expected.length)).toBe('bad_compression');
      }
    }
  });

  it('refuses bytes after the end', () => {
    for (const { compressed, expected } of small) {
      expect(judgeDecoding(codec, Uint8Array.of(...compressed, 1), expected.length)).toBe('bad_compression');
    }
  });

  it('decodes, or refuses, whatever byte is changed; behind a checksum, nothing wrong', () => {
    // The bytes with the flag that there is a checksum are left alone: nothing could tell that one had been.
    const flagsEnd = 6;
    fc.assert(
      fc.property(fc.constantFrom(...small), fc.nat(), fc.nat(255), ({ compressed, expected, how }, position, byte) => {
        const changed = compressed.with(flagsEnd + (position % (compressed.length - flagsEnd)), byte);
        const output = new Uint8Array(expected.length);
        const verdict = verdictOf(() => codec.decode(changed, output));
        const isWrong =
          verdict === 'accepted' && how.includes('checksum') && !expected.every((value, at) => output[at] === value);
        expect(isWrong).toBe(false);
        expect(['accepted', 'bad_compression']).toContain(judgeDecoding(codec, changed, expected.length));
      }),
      { numRuns: 1500 },
    );
  });

  it('decodes, or refuses, any bytes at all', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.nat(5000),
        fc.constantFrom(...small),
        (bytes, declared, { compressed }) => {
          // A header that is sound, so that what follows is looked at.
          const input = Uint8Array.of(...compressed.subarray(0, 7), ...bytes);
          expect(['accepted', 'bad_compression']).toContain(judgeDecoding(codec, input, declared));
        },
      ),
      { numRuns: 2000 },
    );
  });
});
