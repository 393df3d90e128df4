import { zstd } from '@towline/adapter-arrow/codecs';
import { describe, expect, it } from 'vitest';
import { xxHash64 } from '../../src/codecs/xxhash64.ts';
import { text } from '../support/encode-batch.ts';
import { concat } from '../support/encode-schema.ts';
import { decode, judgeDecoding } from './decoding.ts';
import { vectors } from './vectors.ts';

const magic = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd);
const blockType = { raw: 0, repeated: 1, compressed: 2, reserved: 3 } as const;

function block(type: keyof typeof blockType, size: number, content: Uint8Array, last = true): Uint8Array {
  const header = (last ? 1 : 0) | (blockType[type] << 1) | (size << 3);
  return concat(Uint8Array.of(header & 0xff, (header >> 8) & 0xff, header >> 16), content);
}

/** A frame by hand: a window of 1 MiB and no content size, unless `header` says otherwise. */
const frame = (blocks: readonly Uint8Array[], header: Uint8Array = Uint8Array.of(0, 0x50)): Uint8Array =>
  concat(magic, header, ...blocks);

const hello = text('hello');
const one = frame([block('raw', 5, hello)]);
const skippable = concat(Uint8Array.of(0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0), text('any'));
const judge = (input: Uint8Array, bytes: number): string => judgeDecoding(zstd, input, bytes);

const sized = (size: number): Uint8Array => frame([block('raw', 5, hello)], Uint8Array.of(0b0010_0000, size));

const judgeCompressed = (...content: number[]): string =>
  judge(frame([block('compressed', content.length, Uint8Array.from(content))]), 5);

describe('zstd', () => {
  it('decodes blocks that are raw or one byte repeated', () => {
    const input = frame([block('raw', 5, hello, false), block('repeated', 300, text('!'))]);
    expect(decode(zstd, input, 305)).toEqual(text(`hello${'!'.repeat(300)}`));
  });

  it('decodes frames one after the other, and skips those that hold nothing', () => {
    expect(decode(zstd, concat(one, skippable, one), 10)).toEqual(text('hellohello'));
    const [prose] = vectors('zstd').filter(({ content }) => content === 'prose');
    const twice = concat(prose?.compressed ?? one, prose?.compressed ?? one);
    const expected = prose?.expected ?? hello;
    expect(decode(zstd, twice, 2 * expected.length)).toEqual(concat(expected, expected));
  });

  it('no bytes stand for nothing', () => {
    expect(judge(new Uint8Array(0), 0)).toBe('accepted');
    expect(judge(new Uint8Array(0), 1)).toBe('bad_compression');
  });

  it('refuses a bomb as soon as it is over what was declared', () => {
    const blocks = Array.from({ length: 1000 }, (_, index) => block('repeated', 128 * 1024, text('x'), index === 999));
    expect(judge(frame(blocks), 4096)).toBe('bad_compression');
    expect(zstd.maxOutputBytes(frame(blocks).length)).toBeGreaterThanOrEqual(1000 * 128 * 1024);
  });

  it('refuses a block that is larger than a block may be', () => {
    expect(judge(frame([block('repeated', 128 * 1024, text('x'))]), 128 * 1024)).toBe('accepted');
    expect(judge(frame([block('repeated', 128 * 1024 + 1, text('x'))]), 128 * 1024 + 1)).toBe('bad_compression');
    // A window of 1 KiB.
    expect(judge(frame([block('repeated', 1025, text('x'))], Uint8Array.of(0, 0)), 1025)).toBe('bad_compression');
  });

  it('refuses a frame that does not have the size it gives', () => {
    expect(judge(sized(5), 5)).toBe('accepted');
    expect(judge(sized(6), 5)).toBe('bad_compression');
  });

  it('refuses a checksum that is not that of the content', () => {
    const hash = Number(xxHash64(hello) & 0xffff_ffffn);
    const checked = (sum: number): Uint8Array =>
      concat(frame([block('raw', 5, hello)], Uint8Array.of(0b100, 0x50)), new Uint8Array(Uint32Array.of(sum).buffer));
    expect(judge(checked(hash), 5)).toBe('accepted');
    expect(judge(checked(hash ^ 1), 5)).toBe('bad_compression');
  });

  it('refuses dictionaries, reserved flags and reserved blocks', () => {
    expect(judge(frame([block('raw', 5, hello)], Uint8Array.of(1, 0x50, 7)), 5)).toBe('bad_compression');
    expect(judge(frame([block('raw', 5, hello)], Uint8Array.of(1, 0x50, 0)), 5)).toBe('accepted');
    expect(judge(frame([block('raw', 5, hello)], Uint8Array.of(0b1000, 0x50)), 5)).toBe('bad_compression');
    expect(judge(frame([block('reserved', 5, hello)]), 5)).toBe('bad_compression');
  });

  it('refuses a compressed block whose sections contradict each other', () => {
    const rawLiterals = [5 << 3, ...hello];
    expect(judgeCompressed(...rawLiterals, 0)).toBe('accepted');
    // Nothing; literals cut; no sequences section; bytes after no sequences; a tree that does not exist; a reserved mode.
    expect(judgeCompressed()).toBe('bad_compression');
    expect(judgeCompressed(5 << 3, 1, 2)).toBe('bad_compression');
    expect(judgeCompressed(...rawLiterals)).toBe('bad_compression');
    expect(judgeCompressed(...rawLiterals, 0, 0)).toBe('bad_compression');
    expect(judgeCompressed(0b0011, 0, 0, 0)).toBe('bad_compression');
    expect(judgeCompressed(...rawLiterals, 1, 1, 0xff)).toBe('bad_compression');
    // A table that repeats one that never was; a stream that ends with zero.
    expect(judgeCompressed(...rawLiterals, 1, 0b1100_0000, 0xff)).toBe('bad_compression');
    expect(judgeCompressed(...rawLiterals, 1, 0, 0)).toBe('bad_compression');
  });
});

describe('xxHash64', () => {
  // Values that the specification’s reference implementation gives.
  it('is that of the specification', () => {
    expect(xxHash64(text(''))).toBe(0xef46_db37_51d8_e999n);
    expect(xxHash64(text('a'))).toBe(0xd24e_c4f1_a98c_6e5bn);
    expect(xxHash64(text('abc'))).toBe(0x44bc_2cf5_ad77_0999n);
  });
});
