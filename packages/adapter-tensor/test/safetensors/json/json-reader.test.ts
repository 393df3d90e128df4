import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSafetensorsError } from '../../../src/safetensors/index.ts';
import { JsonReader } from '../../../src/safetensors/json/json-reader.ts';
import { expectFailure } from '../support/files.ts';

function reader(text: string | Uint8Array): JsonReader {
  return new JsonReader(typeof text === 'string' ? new TextEncoder().encode(text) : text);
}

/** Passes the whole text. */
function pass(text: string | Uint8Array): void {
  const json = reader(text);
  json.skip();
  json.finish();
}

function accepts(text: string): boolean {
  try {
    pass(text);
    return true;
  } catch (error) {
    if (!isSafetensorsError(error)) throw error;
    return false;
  }
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe('numbers', () => {
  it.each([
    ['0', 0],
    ['9007199254740991', 9007199254740991],
    ['9007199254740992', 9007199254740992n],
    ['9007199254740993', 9007199254740993n],
    ['18446744073709551615', 18446744073709551615n],
  ])('R09 reads %s exactly', (text, value) => {
    expect(reader(text).unsigned()).toBe(value);
  });

  it.each(['00', '01', '-', '+1', '.5', '1.', '1.e1', '1e', '1e+', 'NaN', 'Infinity', '0x1', '- 1'])(
    'R04 refuses %s',
    (text) => {
      expectFailure(() => pass(text), 'invalid_json');
    },
  );

  it('R04 refuses a number that no double holds, as the reference does', () => {
    for (const text of ['1e999', '-1e999', '9'.repeat(400)]) expectFailure(() => pass(text), 'invalid_json', 0);
    for (const text of ['1e-999', '0e999', '9'.repeat(308)]) pass(text);
  });
});

describe('strings', () => {
  it.each([
    ['"\\"\\\\\\/\\b\\f\\n\\r\\t"', '"\\/\b\f\n\r\t'],
    ['"\\u0041\\u00e9\\u20AC\\ud83d\\uDE00"', 'Aé€😀'],
    ['"é€😀\u007f\u2028"', 'é€😀\u007f\u2028'],
    ['"\uFEFFa"', '\uFEFFa'],
    ['""', ''],
  ])('reads %s', (text, value) => {
    expect(reader(text).string()).toBe(value);
  });

  it.each([
    ['"a\\x"', 2],
    ['"\\U0041"', 1],
    ['"\\u00g0"', 1],
    ['"ab\\u12"', 3],
    ['"\\ud800"', 1],
    ['"\\n\\udc00"', 3],
    ['"\\ud800\\ud800"', 1],
    ['"\\ud83d\\ude00\\ud83d"', 13],
    ['"\\ud800\\n"', 1],
  ])('R04 refuses the escape in %s and says where', (text, offset) => {
    expectFailure(() => reader(text).string(), 'invalid_json', offset);
  });

  it('R04 refuses a raw control character, and a string without an end', () => {
    expectFailure(() => pass('"a\nb"'), 'invalid_json', 2);
    expectFailure(() => pass('"a\u0000b"'), 'invalid_json', 2);
    expectFailure(() => pass('["a'), 'invalid_json', 1);
    expectFailure(() => pass('"a\\"'), 'invalid_json', 0);
  });

  it.each([
    ['a lone continuation byte', [0x61, 0x80], 1],
    ['a lone lead byte', [0xe9], 0],
    ['an overlong slash', [0xc0, 0xaf], 0],
    ['an overlong three-byte form', [0xe0, 0x80, 0xaf], 0],
    ['an encoded surrogate', [0x61, 0xed, 0xa0, 0x80], 1],
    ['a value above U+10FFFF', [0xf4, 0x90, 0x80, 0x80], 0],
    ['a lead byte that does not exist', [0xff], 0],
    ['a sequence that is cut off', [0xf0, 0x9f, 0x98], 0],
    ['a wrong third byte', [0xe2, 0x82, 0x41], 0],
  ])('R02 refuses %s and says where', (_what, bytes, index) => {
    const text = Uint8Array.from([0x22, ...bytes, 0x22]);
    expectFailure(() => reader(text).string(), 'invalid_utf8', 1 + index);
  });

  it('R02 does not take a byte for the letter with its number, however often the letter was seen', () => {
    // "é" is U+00E9; the byte E9 alone is nothing.
    const text = Uint8Array.from([...new TextEncoder().encode('["é","é","'), 0xe9, 0x22, 0x5d]);
    expectFailure(() => pass(text), 'invalid_utf8', 12);
  });

  it('tells texts apart that share length and first letter', () => {
    const json = reader('["shape","share","shape","sharp"]');
    json.openArray();
    const texts: string[] = [];
    while (json.nextItem()) texts.push(json.string());
    expect(texts).toEqual(['shape', 'share', 'shape', 'sharp']);
  });
});

describe('structure', () => {
  it.each([
    '[1,]',
    '[,1]',
    '[1 2]',
    '{"a":1,}',
    '{a:1}',
    '{"a" 1}',
    '{"a":}',
    '[',
    '{',
    '{"a"',
    ']',
    '[1}',
    '',
    ' ',
    '1 2',
    'nul',
    'True',
    '/**/1',
  ])('R04 refuses %j', (text) => {
    expectFailure(() => pass(text), 'invalid_json');
  });

  it('R04 takes 127 levels and refuses 128, of arrays and of objects', () => {
    pass('['.repeat(127) + ']'.repeat(127));
    pass(`${'{"a":'.repeat(127)}1${'}'.repeat(127)}`);
    expectFailure(() => pass('['.repeat(128)), 'too_deep', 127);
    expectFailure(() => pass('{"a":'.repeat(128)), 'too_deep', 127 * 5);
  });

  it('R04 counts levels, not brackets', () => {
    expect(accepts(`[${'[[]],'.repeat(1000)}[]]`)).toBe(true);
  });

  it('says where keys and values stand', () => {
    const json = reader(' { "a" : [ ] , "b":2}');
    json.openObject();
    expect([json.nextKey(), json.keyPosition, json.position]).toEqual(['a', 3, 9]);
    json.skip();
    expect([json.nextKey(), json.keyPosition, json.unsigned()]).toEqual(['b', 15, 2]);
    expect(json.nextKey()).toBeUndefined();
  });

  it('says what it expected and what it found', () => {
    expect(() => reader('{}').openArray()).toThrow('expected an array, found an object (at byte 0)');
    expect(() => pass('[1;2]')).toThrow('expected "," or "]", found ";" (at byte 2)');
    expect(() => pass('[')).toThrow('expected a value, found the end (at byte 1)');
  });
});

describe('beside JSON.parse', () => {
  it('takes all that JSON.stringify writes of well-formed text', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'grapheme' }), fc.constantFrom(0, 1, '\t'), (value, space) => {
        expect(accepts(JSON.stringify(value, undefined, space))).toBe(true);
      }),
    );
  });

  it('takes nothing that JSON.parse refuses', () => {
    const token = fc.constantFrom(...'[]{},:"\\ \n0123456789-+.eEua'.split(''), 'true', 'null', '\\u00', '"a"', '"a":');
    fc.assert(
      fc.property(fc.array(token, { maxLength: 12 }), (tokens) => {
        const text = tokens.join('');
        expect(accepts(text) && !parses(text)).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });
});
