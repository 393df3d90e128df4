import { describe, expect, it } from 'vitest';
import {
  dtypes,
  encodeHeader,
  encodeStateDict,
  parseHeader,
  readStateDict,
  writeStateDict,
  type Dtype,
  type StateDict,
  type Tensor,
} from '../../src/safetensors/index.ts';
import { entry, expectFailure, failure, file } from './support/files.ts';

function bytesOf(dtype: Dtype, ...data: number[]): Tensor {
  return { dtype, shape: [(data.length * 8) / dtypes[dtype].bits], data: Uint8Array.from(data) };
}

function dict(
  tensors: Iterable<readonly [string, Tensor]>,
  metadata: Iterable<readonly [string, string]> = [],
): StateDict {
  return { tensors: new Map(tensors), metadata: new Map(metadata) };
}

/** A dict of one tensor with something wrong about it. */
function wrong(part: Partial<Tensor>): StateDict {
  return dict([['t', { ...bytesOf('F32', 0, 0, 0, 0), ...part }]]);
}

function headerText(written: Uint8Array): string {
  const { dataStart } = parseHeader(written);
  return new TextDecoder().decode(written.subarray(8, dataStart));
}

describe('the canonical writer', () => {
  it('W1 pads the header with spaces so that the data begins at a multiple of 8', () => {
    expect(Buffer.from(writeStateDict(dict([]))).equals(file('{}      '))).toBe(true);
    for (let length = 1; length <= 9; length += 1) {
      const written = writeStateDict(dict([['x'.repeat(length), bytesOf('U8', 1)]]));
      expect(parseHeader(written).dataStart % 8).toBe(0);
      expect(headerText(written)).toMatch(/^[^ ]+ {0,7}$/);
    }
  });

  it('W1 writes metadata first, its keys by their UTF-8 bytes, and none where there is none', () => {
    const written = writeStateDict(
      dict(
        [['a', bytesOf('U8', 1)]],
        [
          ['\u{1F600}', '1'],
          ['\uFF71', '2'],
          ['b', '"\n'],
        ],
      ),
    );
    const metadata = '{"b":"\\"\\n","\uFF71":"2","\u{1F600}":"1"}';
    expect(headerText(written).trimEnd()).toBe(`{"__metadata__":${metadata},${entry('a', 'U8', '[1]', '[0,1]')}}`);
    expect(headerText(writeStateDict(dict([])))).not.toContain('__metadata__');
  });

  it('W1 writes an empty __metadata__ again when the file that was read had one', () => {
    const text = `{"__metadata__":{},${entry('a', 'U8', '[1]', '[0,1]')}}`;
    const read = readStateDict(file(text, 1));
    expect(headerText(writeStateDict(read)).trimEnd()).toBe(text);
    read.metadata.set('k', 'v');
    expect(headerText(writeStateDict(read))).toContain('"__metadata__":{"k":"v"}');
    expect(headerText(writeStateDict(readStateDict(file('{"__metadata__":null}'))))).not.toContain('__metadata__');
  });

  it('W2 orders by dtype, widest alignment first, as the table of dtypes does', () => {
    const names = Object.keys(dtypes) as Dtype[];
    const tensors = names
      .toReversed()
      .map(
        (dtype) =>
          [
            `t_${dtype}`,
            bytesOf(dtype, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24),
          ] as const,
      );
    const written = readStateDict(writeStateDict(dict(tensors)));
    expect([...written.tensors.values()].map(({ dtype }) => dtype)).toEqual(names);
  });

  it('W2 orders names by their UTF-8 bytes, not by UTF-16 units', () => {
    const names = ['b', '\u{1F600}', 'a', '\uFF71', '', 'a\u{10FFFF}', 'a\uE000', 'ab', '\uD7FF'];
    const written = readStateDict(writeStateDict(dict(names.map((name) => [name, bytesOf('U8', 1)]))));
    const byBytes = names.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect([...written.tensors.keys()]).toEqual(byBytes);
  });

  it('W3 gives the same bytes whatever the order of insertion', () => {
    const tensors = [
      ['a', bytesOf('U8', 1)],
      ['b', bytesOf('F32', 1, 2, 3, 4)],
      ['c', bytesOf('U8', 2)],
    ] as const;
    const metadata = [
      ['k', '1'],
      ['j', '2'],
    ] as const;
    const written = writeStateDict(dict(tensors, metadata));
    expect(writeStateDict(dict(tensors.toReversed(), metadata.toReversed()))).toEqual(written);
  });

  it('W4 refuses a header of more than 100,000,000 bytes, without writing it', () => {
    const long = dict([['é'.repeat(50_000_000), bytesOf('U8', 1)]]);
    expectFailure(() => writeStateDict(long), 'header_too_large');
    expectFailure(() => writeStateDict(dict([], [['k', 'x'.repeat(100_000_000)]])), 'header_too_large');
  });

  it('W5 refuses data that has not the bytes of its dtype and shape', () => {
    const error = failure(() => writeStateDict(wrong({ shape: [2] })));
    expect(error).toMatchObject({ code: 'size_mismatch', tensor: 't' });
    expectFailure(() => writeStateDict(wrong({ dtype: 'F4', shape: [3] })), 'partial_byte');
    expectFailure(() => writeStateDict(wrong({ shape: [2 ** 32, 2 ** 32] })), 'size_overflow');
    expectFailure(() => writeStateDict(wrong({ dtype: 'f32' as Dtype })), 'unknown_dtype');
    expectFailure(() => writeStateDict(wrong({ data: [0, 0, 0, 0] as unknown as Uint8Array })), 'invalid_argument');
    for (const size of [-1, 1.5, Number.NaN, 2 ** 53, -1n, 2n ** 64n, '1' as unknown as number]) {
      expectFailure(() => writeStateDict(wrong({ shape: [size] })), 'invalid_shape');
    }
  });

  it('refuses names and metadata that the format cannot hold', () => {
    for (const name of ['__metadata__', '\uD800', 'a\uDC00b', 1 as unknown as string]) {
      expectFailure(() => writeStateDict(dict([[name, bytesOf('U8', 1)]])), 'invalid_name');
    }
    for (const metadata of [
      ['\uD800', ''],
      ['k', '\uDC00'],
      ['k', 1 as unknown as string],
    ] as const) {
      expectFailure(() => writeStateDict(dict([], [metadata])), 'invalid_metadata');
    }
    expectFailure(() => writeStateDict({ tensors: {} as StateDict['tensors'] }), 'invalid_argument');
  });

  it('refuses a dict that no array can hold, before copying anything; its parts are there', () => {
    const data = new Uint8Array(2 ** 28);
    const tensors = Array.from({ length: 17 }, (_, index) => {
      return [`t${index}`, { dtype: 'U8', shape: [data.byteLength], data }] as const;
    });
    expectFailure(() => writeStateDict(dict(tensors)), 'dict_too_large');
    expect(encodeStateDict(dict(tensors)).parts).toHaveLength(18);
  });

  it('takes small bigints in a shape for the numbers that they are', () => {
    const written = writeStateDict(dict([['t', { dtype: 'U8', shape: [2n, 3], data: new Uint8Array(6) }]]));
    expect(readStateDict(written).tensors.get('t')?.shape).toEqual([2, 3]);
  });
});

describe('a dict in parts', () => {
  const weights = Uint8Array.of(1, 2, 3, 4);
  const parted = encodeStateDict(
    dict([
      ['empty', { dtype: 'U8', shape: [0], data: new Uint8Array() }],
      ['w', { dtype: 'F32', shape: [1], data: weights }],
    ]),
  );

  it('is the file, one part after the other', () => {
    const written = writeStateDict(
      dict([
        ['empty', { dtype: 'U8', shape: [0], data: new Uint8Array() }],
        ['w', { dtype: 'F32', shape: [1], data: weights }],
      ]),
    );
    expect(Buffer.concat(parted.parts).equals(written)).toBe(true);
    expect(parted.fileBytes).toBe(written.byteLength);
  });

  it('copies no data', () => {
    expect(parted.parts).toHaveLength(2);
    expect(parted.parts[1]).toBe(weights);
  });

  it('comes with the header that a reader of the file sees', () => {
    expect(parseHeader(parted.bytes, { fileBytes: parted.fileBytes })).toEqual(parted.header);
  });

  it('lays out tensors of which only the type is known, however large', () => {
    const { bytes, header } = encodeHeader(new Map([['t', { dtype: 'F32', shape: [2 ** 40] }]]));
    expect(header).toMatchObject({ dataStart: bytes.length, dataBytes: 2 ** 42 });
    const tooMuch = new Map([
      ['t', { dtype: 'U8', shape: [2 ** 52] }],
      ['u', { dtype: 'U8', shape: [2 ** 52] }],
    ] as const);
    expectFailure(() => encodeHeader(tooMuch), 'size_overflow');
  });
});
