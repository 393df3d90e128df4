import { decode, encode } from '@msgpack/msgpack';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { readHeader } from '../../src/wire/header.ts';
import { MsgpackReader } from '../../src/wire/msgpack-reader.ts';
import { MsgpackWriter } from '../../src/wire/msgpack-writer.ts';
import { pack, packCanonical, unpack } from '../../src/wire/pack.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const read = (bytes: Uint8Array): unknown => new MsgpackReader().read(bytes);

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

const texts = fc.oneof(
  fc.string({ maxLength: 50 }),
  fc.string({ unit: 'binary', maxLength: 100 }),
  fc.stringMatching(/^[a-zA-Z0-9-]{28,42}$/),
  fc.constantFrom('', 'kind', '\u{feff}begins with a mark', 'ä'.repeat(20), '🚢'.repeat(70), 'x'.repeat(300)),
);
const numbers = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double(),
  fc.constantFrom(0, -0, 127, 128, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1, 2 ** 53, Infinity),
  fc.constantFrom(
    -1,
    -32,
    -33,
    -128,
    -129,
    -32_768,
    -32_769,
    -(2 ** 31),
    -(2 ** 31) - 1,
    -(2 ** 53) + 1,
    -Infinity,
    NaN,
  ),
);
const key = texts.filter((text) => text !== '__proto__' && text.length < 1000);
const { map } = fc.letrec<{ map: Record<string, unknown>; value: unknown }>((tie) => ({
  map: fc.dictionary(key, tie('value'), { maxKeys: 8 }),
  value: fc.oneof(
    { depthSize: 'small' },
    texts,
    numbers,
    fc.constantFrom(null, true, false),
    fc.uint8Array({ maxLength: 300 }),
    fc.array(tie('value'), { maxLength: 8 }),
    tie('map'),
  ),
}));

describe('MessagePack', () => {
  it('W4 is written, byte for byte, as another implementation does', () => {
    fc.assert(
      fc.property(map, (value) => {
        expect(hex(new MsgpackWriter().write(value))).toBe(hex(encode(value)));
        expect(hex(packCanonical(value))).toBe(hex(encode(value, { sortKeys: true })));
      }),
    );
  });

  it('W4 is read as another implementation does', () => {
    fc.assert(
      fc.property(map, (value) => {
        const bytes = pack(value);
        expect(unpack(bytes)).toEqual(decode(bytes));
      }),
    );
  });

  it('W4 of every width is read, also where a shorter one would do', () => {
    const formats: [number[], unknown][] = [
      [[0xca, 0x3f, 0xc0, 0, 0], 1.5],
      [[0xcf, 0, 0, 0, 0, 0, 0, 0, 7], 7],
      [[0xd3, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe], -2],
      [[0xd0, 0xff], -1],
      [[0xd1, 0xff, 0xff], -1],
      [[0xd2, 0xff, 0xff, 0xff, 0xff], -1],
      [[0xd9, 1, 0x61], 'a'],
      [[0xda, 0, 1, 0x61], 'a'],
      [[0xdb, 0, 0, 0, 1, 0x61], 'a'],
      [[0xc6, 0, 0, 0, 1, 9], Uint8Array.of(9)],
      [[0xdc, 0, 1, 0xc3], [true]],
      [[0xdd, 0, 0, 0, 1, 0xc2], [false]],
      [[0xde, 0, 1, 0xa1, 0x61, 0xc0], { a: null }],
      [[0xdf, 0, 0, 0, 1, 0xa1, 0x61, 0xc0], { a: null }],
    ];
    for (const [bytes, value] of formats) expect(read(Uint8Array.from(bytes))).toEqual(value);
  });

  it('W4 texts that were read before are told from others that look alike', () => {
    const reader = new MsgpackReader();
    fc.assert(
      fc.property(fc.array(texts, { maxLength: 50 }), (list) => {
        expect(reader.read(encode(list))).toEqual(list);
      }),
    );
  });

  it('fields that are undefined are left out; what is no value of MessagePack is refused, and so is what is too deep', () => {
    expect(unpack(pack({ a: undefined, b: 1 }))).toEqual({ b: 1 });
    for (const value of [1n, Symbol('s'), () => {}, new Map(), new Date(0), new Set()])
      expect(() => pack({ value })).toThrow('no value of MessagePack');
    const endless: { inner?: unknown } = {};
    endless.inner = endless;
    expect(() => pack(endless)).toThrow('deeper than 100');
    expect(unpack(pack({ a: 1 }))).toEqual({ a: 1 });
  });

  it('values larger than any before are written whole, and others after them', () => {
    const large = { bytes: new Uint8Array(3_000_000).fill(7), text: 'é'.repeat(100_000) };
    for (const value of [large, { a: 1 }, large])
      expect(hex(new MsgpackWriter().write(unpack(pack(value)))) === hex(encode(value))).toBe(true);
  });
});

describe('the counts of MessagePack', () => {
  it('W4 lists that claim more elements than bytes follow are refused before anything is allocated for them', () => {
    for (const count of [2 ** 32 - 1, 2 ** 20, 65_536, 4097]) {
      expect(() => read(nestedLists(count, 65_536))).toThrow(/larger than the bytes that follow|deeper than 100/);
      expect(readHeader(nestedLists(count, 65_536)).is).toBe('malformed');
    }
  });

  it('W4 what lies in each other deeper than 100 is refused', () => {
    expect(() => read(deep(100))).not.toThrow();
    expect(() => read(deep(101))).toThrow('deeper than 100');
  });

  it('W4 extensions are refused', () => {
    expect(() => read(encode(new Date(0)))).toThrow('format 0xd6');
    expect(() => read(Uint8Array.of(0xc1))).toThrow('format 0xc1');
  });

  it('W4 keys other than text, and __proto__, are refused', () => {
    expect(() => read(Uint8Array.of(0x81, 0x01, 0x02))).toThrow('a key is no text');
    expect(() => read(Uint8Array.of(0x81, 0xa9, ...new TextEncoder().encode('__proto__'), 0x02))).toThrow('__proto__');
  });

  it('W4 bytes behind the value are refused, and more than 200,000 values', () => {
    expect(() => read(Uint8Array.of(0xc0, 0xc0))).toThrow('bytes follow');
    const many = encode(Array.from({ length: 200_000 }, () => 1));
    expect(() => read(many)).toThrow('more than 200000 values');
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
