import type { Description } from '@towline/downloader-core/spi';
import { describe, expect, it } from 'vitest';
import { type ArrowDescription, describeArrow, readDescription } from '../../src/transfer/description.ts';

const running: ArrowDescription = {
  name: 'a',
  container: 'stream',
  selection: false,
  bytes: undefined,
  batches: undefined,
  rows: undefined,
  schemaBytes: undefined,
};
const whole: ArrowDescription = { ...running, bytes: 9, batches: 1, rows: 2 ** 53 - 1, schemaBytes: new Uint8Array(4) };
const good = describeArrow(whole);
const withFields = (fields: object): Description => ({ ...good, fields: { ...good.fields, ...fields } });

describe('a description of Arrow data', () => {
  it('is read as it was written, whole or of a source that is still running', () => {
    expect(readDescription(describeArrow(whole))).toEqual(whole);
    expect(readDescription(describeArrow(running))).toEqual(running);
  });

  it('may have fields that a later version added; they are left out', () => {
    expect(readDescription({ ...withFields({ more: 1 }), more: 1 } as Description)).toEqual(whole);
  });

  const count = 'is not a whole number from 0';
  it.each<[string, object]>([
    ['name: is not a text of 1 or more characters', { name: '' }],
    ['name: is not a text of 1 or more characters', { name: undefined }],
    ['fields: is not a map', { fields: undefined }],
    ['fields: is not a map', { fields: [] }],
    ['fields.v: is not 1', withFields({ v: undefined })],
    ['fields.v: is not 1', withFields({ v: 2 })],
    ['fields.container: is not file or stream', withFields({ container: 'parquet' })],
    ['fields.selection: is not true or false', withFields({ selection: 'no' })],
    [`fields.bytes: ${count}`, withFields({ bytes: -1 })],
    [`fields.bytes: ${count}`, withFields({ bytes: null })],
    [`fields.batches: ${count}`, withFields({ batches: 1.5 })],
    [`fields.rows: ${count}`, withFields({ rows: 2 ** 53 })],
    [`fields.rows: ${count}`, withFields({ rows: Number.NaN })],
    ['body: is not bytes', { body: 'x' }],
    ['body: is not bytes', { body: null }],
  ])('is refused with what is wrong: %s', (problem, change) => {
    expect(() => readDescription({ ...good, ...change })).toThrow(
      expect.objectContaining({
        code: 'bad_description',
        message: expect.stringContaining(`malformed: ${problem}`),
      }),
    );
  });
});
