import { lz4Frame } from '@towline/adapter-arrow/codecs';
import { describe, expect, it } from 'vitest';
import { xxHash32 } from '../../src/codecs/xxhash32.ts';
import { text } from '../support/encode-batch.ts';
import { concat } from '../support/encode-schema.ts';
import { decode, judgeDecoding } from './decoding.ts';

const word = (value: number): Uint8Array => new Uint8Array(Uint32Array.of(value).buffer);

/** A frame by hand, with the blocks as they are. */
function frame(blocks: readonly Uint8Array[], flags = 0b0110_0000, blockSize = 0x40): Uint8Array {
  const descriptor = Uint8Array.of(flags, blockSize);
  const check = Uint8Array.of((xxHash32(descriptor) >> 8) & 0xff);
  const sized = blocks.flatMap((block) => [word(block.length), block]);
  return concat(word(0x184d_2204), descriptor, check, ...sized, word(0));
}

describe('lz4Frame', () => {
  it('repeats one byte', () => {
    // One literal, then a match at distance 1 of 4 + 15 + 200 bytes, then a last literal.
    const block = Uint8Array.of(0x1f, 0x61, 1, 0, 200, 0x10, 0x62);
    expect(decode(lz4Frame, frame([block]), 221)).toEqual(text(`${'a'.repeat(220)}b`));
  });

  it('repeats what it is writing', () => {
    const block = Uint8Array.of(0x3f, ...text('abc'), 3, 0, 40, 0x10, 0x21);
    expect(decode(lz4Frame, frame([block]), 63)).toEqual(text(`${'abc'.repeat(20)}ab!`.slice(0, 62) + '!'));
  });

  it('refers to earlier blocks only when they are linked', () => {
    const blocks = [Uint8Array.of(0x40, ...text('abcd')), Uint8Array.of(0x00, 4, 0, 0x10, 0x21)];
    const linked = 0b0100_0000;
    expect(decode(lz4Frame, frame(blocks, linked), 9)).toEqual(text('abcdabcd!'));
    expect(judgeDecoding(lz4Frame, frame(blocks), 9)).toBe('bad_compression');
  });

  it('refuses a match before the beginning, and one at distance 0', () => {
    expect(judgeDecoding(lz4Frame, frame([Uint8Array.of(0x10, 0x61, 2, 0, 0x10, 0x62)]), 6)).toBe('bad_compression');
    expect(judgeDecoding(lz4Frame, frame([Uint8Array.of(0x10, 0x61, 0, 0, 0x10, 0x62)]), 6)).toBe('bad_compression');
  });

  it('refuses a block that goes on for ever within a length', () => {
    expect(judgeDecoding(lz4Frame, frame([new Uint8Array(5000).fill(255)]), 2 ** 20)).toBe('bad_compression');
  });

  it('refuses a bomb as soon as it is over what was declared', () => {
    const run = Uint8Array.of(0x1f, 0x61, 1, 0, ...new Uint8Array(1000).fill(255), 0, 0x10, 0x62);
    expect(judgeDecoding(lz4Frame, frame([run], 0b0110_0000, 0x70), 1000)).toBe('bad_compression');
  });

  it('refuses a block that stands for more than its frame allows', () => {
    const run = Uint8Array.of(0x1f, 0x61, 1, 0, ...new Uint8Array(300).fill(255), 0, 0x10, 0x62);
    const bytes = 1 + 19 + 300 * 255 + 1;
    expect(judgeDecoding(lz4Frame, frame([run], 0b0110_0000, 0x50), bytes)).toBe('accepted');
    expect(judgeDecoding(lz4Frame, frame([run]), bytes)).toBe('bad_compression');
  });

  it('refuses other versions, reserved flags, dictionaries and block sizes', () => {
    for (const flags of [0b1010_0000, 0b0110_0010, 0b0110_0001]) {
      expect(judgeDecoding(lz4Frame, frame([], flags), 0)).toBe('bad_compression');
    }
    for (const size of [0x30, 0xc0, 0x41])
      expect(judgeDecoding(lz4Frame, frame([], 0b0110_0000, size), 0)).toBe('bad_compression');
    expect(judgeDecoding(lz4Frame, frame([]), 0)).toBe('accepted');
  });

  it('refuses a legacy frame and other formats', () => {
    expect(judgeDecoding(lz4Frame, concat(word(0x184c_2102), word(0)), 0)).toBe('bad_compression');
    expect(judgeDecoding(lz4Frame, text('not compressed at all'), 21)).toBe('bad_compression');
  });
});

describe('xxHash32', () => {
  // Values that the specification’s reference implementation gives.
  it('is that of the specification', () => {
    expect(xxHash32(text(''))).toBe(0x02cc_5d05);
    expect(xxHash32(text('a'))).toBe(0x550d_7456);
    expect(xxHash32(text('abc'))).toBe(0x32d1_53ff);
  });
});
