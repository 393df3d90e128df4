import { describe, expect, it } from 'vitest';
import { parseHeader } from '../../src/safetensors/index.ts';
import { entry, expectFailure, failure, file, offsetOf } from './support/files.ts';

/** A file of one tensor `a`, with `dataBytes` of data. */
function one(dtype: string, shape: string, offsets: string, dataBytes = 0): Uint8Array {
  return file(`{${entry('a', dtype, shape, offsets)}}`, dataBytes);
}

function expectRefused(bytes: Uint8Array, code: string, offset?: number): void {
  expectFailure(() => parseHeader(bytes), code, offset);
}

describe('the frame of a file', () => {
  it('R01 refuses fewer than eight bytes, an empty file too', () => {
    expectRefused(new Uint8Array(0), 'file_too_small', 0);
    expectRefused(new Uint8Array(7), 'file_too_small', 7);
  });

  it('R01 refuses a header that reaches behind the end of the file', () => {
    expectRefused(file('{}').subarray(0, 9), 'header_truncated', 0);
  });

  it.each([100_000_001n, 2n ** 32n + 2n, 2n ** 53n + 2n, 2n ** 64n - 1n])('R01 refuses a length of %d', (length) => {
    const bytes = file('{}');
    new DataView(bytes.buffer).setBigUint64(0, length, true);
    expectRefused(bytes, 'header_too_large', 0);
  });

  it('R01 reads a header whose file is only known by its size', () => {
    const bytes = one('U8', '[1000]', '[0,1000]');
    const header = parseHeader(bytes, { fileBytes: bytes.length + 1000 });
    expect(header).toMatchObject({ dataStart: bytes.length, dataBytes: 1000 });
  });

  it('R01 refuses a beginning of a file that does not hold the whole header', () => {
    const bytes = one('U8', '[1]', '[0,1]', 1);
    expectFailure(() => parseHeader(bytes.subarray(0, 20), { fileBytes: bytes.length }), 'header_truncated', 20);
  });

  it('R14 refuses missing and surplus bytes behind the header', () => {
    const whole = one('U8', '[4]', '[0,4]', 4);
    expectRefused(whole.subarray(0, -1), 'data_missing', whole.length - 1);
    expectRefused(Uint8Array.from([...whole, 0]), 'data_trailing', whole.length);
    expectRefused(file('{}', 1), 'data_trailing', 10);
  });

  it('refuses arguments of the wrong kind', () => {
    expectFailure(() => parseHeader('{}' as unknown as Uint8Array), 'invalid_argument');
    expectFailure(() => parseHeader(file('{}'), { fileBytes: 1.5 }), 'invalid_argument');
  });
});

describe('the text of a header', () => {
  it('R02 refuses an empty header, one of spaces, a byte order mark and any other value than an object', () => {
    expectRefused(file(''), 'invalid_json', 8);
    expectRefused(file('   '), 'invalid_json', 11);
    expectRefused(file('\uFEFF{}'), 'invalid_json', 8);
    expectRefused(file('[]'), 'wrong_type', 8);
    expectRefused(file('null'), 'wrong_type', 8);
  });

  it('R02 takes leading white space', () => {
    expect(parseHeader(file(' \t\r\n{}')).tensors.size).toBe(0);
  });

  it('R03 takes white space behind the object and nothing else', () => {
    expect(parseHeader(file('{} \t\r\n')).tensors.size).toBe(0);
    expectRefused(file('{}\0'), 'invalid_json', 10);
    expectRefused(file('{}{}'), 'invalid_json', 10);
    expectRefused(file('{}\u00a0'), 'invalid_json', 10);
  });

  it('R15 reads a file without tensors, with and without metadata', () => {
    expect(parseHeader(file('{}')).metadata.size).toBe(0);
    expect([...parseHeader(file('{"__metadata__":{"k":"v"}}')).metadata]).toEqual([['k', 'v']]);
  });
});

describe('an entry', () => {
  it.each(['dtype', 'shape', 'data_offsets'])('R05 refuses an entry without %s', (field) => {
    const renamed = one('U8', '[0]', '[0,0]');
    const bytes = file(new TextDecoder().decode(renamed.subarray(8)).replace(`"${field}"`, '"else"'));
    const error = failure(() => parseHeader(bytes));
    expect(error).toMatchObject({ code: 'missing_field', tensor: 'a', offset: offsetOf(bytes, '"a"') });
    expect(error.message).toContain(field);
  });

  it.each(['null', '[]', '"x"', '1', 'true'])('R05 refuses %s as an entry', (value) => {
    expectRefused(file(`{"a":${value}}`), 'wrong_type', 13);
  });

  it.each(['2.0', '2e0', '2E0', '-0', '-2', '18446744073709551616', '"2"', 'null', '[2]'])(
    'R05 refuses %s as a dimension and as an offset',
    (number) => {
      const shape = one('U8', `[${number}]`, '[0,2]', 2);
      expectRefused(shape, 'wrong_type', offsetOf(shape, '"shape"') + 9);
      const offsets = one('U8', '[2]', `[0,${number}]`, 2);
      expectRefused(offsets, 'wrong_type', offsetOf(offsets, '"data_offsets"') + 18);
    },
  );

  it.each(['[]', '[0]', '[0,0,0]', '{}', 'null', '0'])('R05 refuses %s as data_offsets', (offsets) => {
    expectRefused(one('U8', '[0]', offsets), 'wrong_type');
  });

  it('R05 ignores fields that it does not know, with everything in them', () => {
    const extra = '{"x":[1.5,{"y":null,"y":[true,false]},"\\ud83d\\ude00"]}';
    const bytes = file(`{"a":{"dtype":"U8","extra":${extra},"shape":[1],"data_offsets":[0,1]}}`, 1);
    expect(parseHeader(bytes).tensors.get('a')).toEqual({ dtype: 'U8', shape: [1], begin: 0, end: 1 });
  });

  it('R06 refuses a field that comes twice, known or not', () => {
    for (const twice of ['"dtype":"U8","dtype":"U8"', '"x":1,"x":1', '"shape":[0],"sha\\u0070e":[0]']) {
      expectRefused(file(`{"a":{"data_offsets":[0,0],${twice}}}`), 'duplicate_key');
    }
  });

  it('R06 refuses a name that comes twice, also when it is spelt with escapes', () => {
    const bytes = file(`{${entry('ab', 'U8', '[0]', '[0,0]')},${entry('a\\u0062', 'U8', '[0]', '[0,0]')}}`);
    expectRefused(bytes, 'duplicate_key', offsetOf(bytes, '"a\\u0062"'));
  });

  it('R06 refuses metadata that comes twice, and a metadata key that does', () => {
    expectRefused(file('{"__metadata__":{},"__metadata__":{}}'), 'duplicate_key', 27);
    expectRefused(file('{"__metadata__":null,"\\u005f_metadata__":{}}'), 'duplicate_key', 29);
    expectRefused(file('{"__metadata__":{"k":"1","k":"1"}}'), 'duplicate_key', 33);
  });

  it('R08 refuses a dtype that is not one of the 22, to the letter', () => {
    for (const dtype of ['f32', 'F32 ', '', 'F128', '__proto__', 'constructor']) {
      const bytes = one(dtype, '[0]', '[0,0]');
      expectRefused(bytes, 'unknown_dtype', offsetOf(bytes, `"${dtype}","shape"`));
    }
  });

  it('R12 takes null for metadata and refuses anything but strings in it', () => {
    expect(parseHeader(file('{"__metadata__":null}')).metadata.size).toBe(0);
    for (const value of ['1', 'null', '{}', '[]', 'true']) {
      expectRefused(file(`{"__metadata__":{"k":${value}}}`), 'wrong_type', 29);
    }
    expectRefused(file('{"__metadata__":[]}'), 'wrong_type', 24);
    expectRefused(file('{"__metadata__":"x"}'), 'wrong_type', 24);
  });
});

describe('the layout', () => {
  const cases: [rule: string, entries: [string, string, string, string][], dataBytes: number, code: string][] = [
    ['R07 a hole at the start', [['a', 'U8', '[1]', '[1,2]']], 2, 'invalid_offsets'],
    [
      'R07 a hole',
      [
        ['a', 'U8', '[1]', '[0,1]'],
        ['b', 'U8', '[1]', '[2,3]'],
      ],
      3,
      'invalid_offsets',
    ],
    [
      'R07 an overlap',
      [
        ['a', 'U8', '[2]', '[0,2]'],
        ['b', 'U8', '[2]', '[1,3]'],
      ],
      3,
      'invalid_offsets',
    ],
    [
      'R07 shared bytes',
      [
        ['a', 'U8', '[2]', '[0,2]'],
        ['b', 'U8', '[2]', '[0,2]'],
      ],
      2,
      'invalid_offsets',
    ],
    ['R07 an end before the begin', [['a', 'U8', '[0]', '[1,0]']], 0, 'invalid_offsets'],
    ['R08 too many bytes', [['a', 'U16', '[1]', '[0,3]']], 3, 'size_mismatch'],
    ['R08 too few bytes', [['a', 'U16', '[2]', '[0,3]']], 3, 'size_mismatch'],
    ['R08 a byte that is not filled', [['a', 'F4', '[3]', '[0,2]']], 2, 'partial_byte'],
    ['R09 a product above 2^64', [['a', 'U8', '[4294967296,4294967296]', '[0,0]']], 0, 'size_overflow'],
    ['R09 more than 2^64 bits', [['a', 'U8', '[2305843009213693952]', '[0,0]']], 0, 'size_overflow'],
    [
      'R09 a product that overflows before a 0',
      [['a', 'U8', '[18446744073709551615,2,0]', '[0,0]']],
      0,
      'size_overflow',
    ],
    [
      'R09 2^53 + 1 elements in 2^53 bytes',
      [['a', 'U8', '[9007199254740993]', '[0,9007199254740992]']],
      0,
      'size_mismatch',
    ],
    [
      'R10 an empty tensor inside another',
      [
        ['a', 'U8', '[2]', '[0,2]'],
        ['z', 'U8', '[0]', '[1,1]'],
      ],
      2,
      'invalid_offsets',
    ],
    [
      'R14 a tensor of 2^61 - 1 bytes',
      [['a', 'U8', '[2305843009213693951]', '[0,2305843009213693951]']],
      0,
      'data_missing',
    ],
  ];
  it.each(cases)('%s is refused', (_rule, entries, dataBytes, code) => {
    expectRefused(file(`{${entries.map((fields) => entry(...fields)).join(',')}}`, dataBytes), code);
  });

  it('R07 takes tensors in any order of the header and gives them in the order of the data', () => {
    const entries = [
      ['c', '[3,6]'],
      ['a', '[0,3]'],
      ['b', '[6,9]'],
    ].map(([n = '', o = '']) => entry(n, 'U8', '[3]', o));
    expect([...parseHeader(file(`{${entries.join(',')}}`, 9)).tensors.keys()]).toEqual(['a', 'c', 'b']);
  });

  it('R09 takes 2^64 - 1 as a dimension of an empty tensor, exactly', () => {
    const { shape } = parseHeader(one('F64', '[0,18446744073709551615]', '[0,0]')).tensors.get('a') ?? {};
    expect(shape).toEqual([0, 2n ** 64n - 1n]);
  });

  it('R09 gives a dimension as a number up to 2^53 - 1 and as a bigint above', () => {
    const bytes = one('U8', '[0,9007199254740991,9007199254740992]', '[0,0]');
    expectRefused(bytes.subarray(0, -1), 'header_truncated');
    const wide = one('U8', '[0,9007199254740991,1]', '[0,0]');
    expect(parseHeader(wide).tensors.get('a')?.shape).toEqual([0, 9007199254740991, 1]);
    expect(parseHeader(bytes).tensors.get('a')?.shape).toEqual([0, 9007199254740991, 9007199254740992n]);
  });

  it('R10 takes empty tensors at the borders of others, in the order of the header', () => {
    const entries = [
      entry('z', 'U8', '[0]', '[2,2]'),
      entry('a', 'U8', '[2]', '[0,2]'),
      entry('y', 'F32', '[3,0]', '[2,2]'),
      entry('x', 'U8', '[0]', '[0,0]'),
    ];
    expect([...parseHeader(file(`{${entries.join(',')}}`, 2)).tensors.keys()]).toEqual(['x', 'a', 'z', 'y']);
  });

  it('R11 takes an empty shape for one element', () => {
    expect(parseHeader(one('F64', '[]', '[0,8]', 8)).tensors.get('a')).toMatchObject({ shape: [], end: 8 });
  });
});

describe('an error', () => {
  it('says what, about which tensor and at which byte', () => {
    const bytes = file(`{${entry('model.weight', 'F32', '[2]', '[0,4]')}}`, 4);
    const error = failure(() => parseHeader(bytes));
    expect(error).toMatchObject({ name: 'SafetensorsError', code: 'size_mismatch', tensor: 'model.weight', offset: 9 });
    expect(error.message).toBe('tensor "model.weight": F32 [2] takes 8 bytes, data_offsets span 4 (at byte 9)');
  });

  it('shows a hostile name escaped and shortened', () => {
    const name = `\\u001b[31m${'x'.repeat(5000)}`;
    const { message } = failure(() => parseHeader(file(`{"${name}":{}}`)));
    expect(message.length).toBeLessThan(300);
    expect(message).toContain('\\u001b');
  });
});
