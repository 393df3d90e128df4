import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSafetensorsError, parseHeader, readStateDict } from '../../src/safetensors/index.ts';
import { entry, expectFailure, file } from './support/files.ts';
import { fixtureBytes, fixtures } from './support/fixtures.ts';

/** A header's text of about so many bytes: one text, then another again and again. */
function repeated(bytes: number, start: string, filling: string, end = ''): Buffer {
  return Buffer.from(start + filling.repeat(bytes / filling.length) + end);
}

/** How far into a file its reading leads: to the end of its data, or to the place of what is wrong. */
function furthestByte(bytes: Uint8Array): number {
  try {
    const { dataStart, dataBytes } = parseHeader(bytes);
    return dataStart + dataBytes;
  } catch (error) {
    if (!isSafetensorsError(error) || error.offset === undefined) throw error;
    return error.offset;
  }
}

describe('hostile input', () => {
  it.each([
    ['nested arrays', '{"a":{"x":', '[', 'too_deep'],
    ['nested objects', '{"a":{"x":', '{"":', 'too_deep'],
    ['one number', '{"a":{"shape":[', '9', 'wrong_type'],
    ['one ignored number', '{"a":{"x":', '9', 'invalid_json'],
    ['one name without an end', '{"', 'a', 'invalid_json'],
    ['one name of escapes', '{"', '\\n', 'invalid_json'],
    ['white space without an end', '{', ' ', 'invalid_json'],
    ['an ignored list without an end', '{"a":{"x":[', '1,', 'invalid_json'],
  ])('R04 refuses %s of 4 MB in time that grows with its length', (_what, start, filling, code) => {
    expectFailure(() => parseHeader(file(repeated(4_000_000, start, filling))), code);
  });

  it('refuses a bad escape and a bad byte at the end of a long name', () => {
    const escapes = repeated(4_000_000, '{"', '\\n', '\\q":{}}');
    expectFailure(() => parseHeader(file(escapes)), 'invalid_json', 8 + escapes.indexOf('\\q'));
    const letters = repeated(4_000_000, '{"', 'é', '?":{}}');
    const place = letters.indexOf('?');
    letters[place] = 0xff;
    expectFailure(() => parseHeader(file(letters)), 'invalid_utf8', 8 + place);
  });

  it('R07 sorts 100,000 tensors whose offsets run backwards', () => {
    const entries = Array.from({ length: 100_000 }, (_, index) =>
      entry(`${index}`, 'U8', '[1]', `[${99_999 - index},${100_000 - index}]`),
    );
    expect([...parseHeader(file(`{${entries.join(',')}}`, 100_000)).tensors.keys()].slice(0, 2)).toEqual([
      '99999',
      '99998',
    ]);
  });

  it('R09 reads a shape of a million dimensions', () => {
    const bytes = file(`{${entry('a', 'U8', `[${'1,'.repeat(999_999)}1]`, '[0,1]')}}`, 1);
    expect(parseHeader(bytes).tensors.get('a')?.shape).toHaveLength(1_000_000);
  });

  it.each(['2305843009213693951', '1152921504606846976', '4503599627370496'])(
    'R14 refuses a tensor of %s bytes that is not there, without allocating it',
    (size) => {
      const before = process.memoryUsage().arrayBuffers;
      expectFailure(() => readStateDict(file(`{${entry('a', 'U8', `[${size}]`, `[0,${size}]`)}}`, 8)), 'data_missing');
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10_000_000);
    },
  );

  it('answers any bytes with a header or a typed error, and neither leads out of the file', () => {
    const seeds = fixtures.map((fixture) => fixtureBytes(`files/${fixture.file}`));
    const own = [file('{}'), file(`{${entry('a', 'U8', '[2]', '[0,2]')}}`, 2)];
    const edit = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }));
    const edited = fc
      .tuple(fc.constantFrom(...own, ...seeds), fc.array(edit, { maxLength: 4 }))
      .map(([seed, edits]) => {
        const bytes = Uint8Array.from(seed);
        for (const [place, value] of edits) bytes[place % bytes.length] = value;
        return bytes;
      });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 40 }), edited), (bytes) => {
        expect(furthestByte(bytes)).toBeLessThanOrEqual(bytes.byteLength);
      }),
      { numRuns: 2000 },
    );
  });
});
