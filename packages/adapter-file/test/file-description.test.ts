import type { Description } from '@towline/downloader-core/spi';
import { describe, expect, it } from 'vitest';
import { describeFile, type FileDescription, readFileDescription } from '../src/file-description.ts';

const file: FileDescription = { name: 'a', totalBytes: 1, executable: false, mtimeMs: 0.5 };
const good = describeFile(file);
/** A description with other fields than it may have; those that are undefined are left out. */
const described = (own: object, fields: object = {}): Description =>
  JSON.parse(JSON.stringify({ ...good, ...own, fields: { ...good.fields, ...fields } })) as Description;

describe('a description of a file', () => {
  it.each([file, { name: '', totalBytes: 0, executable: true, mtimeMs: -8.64e15 }, { ...file, mtimeMs: 8.64e15 }])(
    'is read as it was written: %j',
    (given) => {
      expect(readFileDescription(describeFile(given))).toStrictEqual(given);
    },
  );

  it('may have fields that a later version added; they are left out', () => {
    expect(readFileDescription(described({ more: 1 }, { owner: 'x' }))).toStrictEqual(file);
  });

  it.each<[string, Description]>([
    ['name: is not a text', described({ name: undefined })],
    ['name: is not a text', described({ name: ['a'] })],
    ['totalBytes: is not a whole number from 0', described({ totalBytes: undefined })],
    ['totalBytes: is not a whole number from 0', described({ totalBytes: -1 })],
    ['totalBytes: is not a whole number from 0', described({ totalBytes: 0.5 })],
    ['totalBytes: is not a whole number from 0', described({ totalBytes: 2 ** 53 })],
    ['totalBytes: is not a whole number from 0', described({ totalBytes: '1' })],
    ['fields: is not a map', { kind: 'file', name: 'a', totalBytes: 1 }],
    ['fields.executable: is not true or false', described({}, { executable: undefined })],
    ['fields.executable: is not true or false', described({}, { executable: 1 })],
    ['fields.mtimeMs: is not a time', described({}, { mtimeMs: undefined })],
    ['fields.mtimeMs: is not a time', described({}, { mtimeMs: '0' })],
    ['fields.mtimeMs: is not a time', described({}, { mtimeMs: 8.64e15 + 1 })],
    ['fields.mtimeMs: is not a time', described({}, { mtimeMs: -8.64e15 - 1 })],
    ['fields.mtimeMs: is not a time', { ...good, fields: { executable: true, mtimeMs: Number.NaN } }],
    ['fields.mtimeMs: is not a time', { ...good, fields: { executable: true, mtimeMs: -Infinity } }],
  ])('is refused with what is wrong: %s', (problem, description) => {
    expect(() => readFileDescription(description)).toThrow(
      expect.objectContaining({ code: 'bad_manifest', message: expect.stringContaining(problem) }),
    );
  });
});
