import { describe, expect, it } from 'vitest';
import type { Catalogue } from '../../src/transfer/catalogue.ts';
import { requestSchema } from '../../src/transfer/request.ts';

const catalogue: Catalogue = {
  layout: 'file',
  name: 'model',
  selection: true,
  files: [],
  others: [],
  indexPath: undefined,
  folders: [],
  links: [],
  tensors: Array.from({ length: 9 }, (_, at) => ({
    name: `t${at}`,
    dtype: 'U8',
    shape: [4],
    file: 0,
    begin: 4 * at,
    bytes: 4,
  })),
};
const schema = requestSchema(catalogue);
const first = Uint8Array.of(1, 0);
const base = { algorithm: 'xxh64', present: first, digests: new Uint8Array(16) };

describe('a request for tensors', () => {
  it('of nothing but {} is for all of them', () => {
    const selected = [0, 1, 2, 3, 4, 5, 6, 7, 8];
    const nothing = { narrowed: false, rows: undefined, bare: false, base: undefined };
    expect(schema.parse({})).toEqual({ selected, ...nothing });
    expect(schema.parse({ only: undefined, rows: undefined, bare: undefined, base: undefined })).toEqual({
      selected,
      ...nothing,
    });
  });

  it('may be for some, for rows of one, without other files, and beside a base', () => {
    expect(schema.parse({ only: Buffer.from([1, 1]) })).toMatchObject({ selected: [0, 8], narrowed: true });
    expect(schema.parse({ only: first, rows: [0, 4] })).toMatchObject({ selected: [0], rows: [0, 4] });
    expect(schema.parse({ bare: true, base })).toMatchObject({
      bare: true,
      base: { algorithm: 'xxh64', digests: new Map([[0, new Uint8Array(16)]]) },
    });
  });

  it.each<[string, unknown]>([
    ['is not a map', undefined],
    ['is not a map', [first]],
    ['only: is not bytes', { only: [1, 0] }],
    ['only: is not bytes', { only: null }],
    ['only: is not bytes', { only: new Uint16Array(1) }],
    ['rows: is not a list of 2', { only: first, rows: [0] }],
    ['rows: is not a list of 2', { only: first, rows: [0, 1, 2] }],
    ['rows: is not a list of 2', { only: first, rows: { 0: 0, 1: 1 } }],
    ['rows.0: is not a whole number from 0', { only: first, rows: [-1, 1] }],
    ['rows.1: is not a whole number from 0', { only: first, rows: [0, 0.5] }],
    ['rows.1: is not a whole number from 0', { only: first, rows: [0, 2 ** 53] }],
    ['bare: is not true or false', { bare: 1 }],
    ['base: is not a map', { base: [] }],
    ['base.algorithm: is not xxh64 or sha256', { base: { ...base, algorithm: 'md5' } }],
    ['base.present: is not bytes', { base: { ...base, present: undefined } }],
    ['base.digests: is not bytes', { base: { ...base, digests: 'x' } }],
    ['base: has a field that is not known: seed', { base: { ...base, seed: 0 } }],
    ['has a field that is not known: except', { except: first }],
    ['has a field that is not known: __proto__', JSON.parse('{"__proto__":{}}')],
    ['a bitmap that is not one of 9 bits', { only: Uint8Array.of(1) }],
    ['a bitmap that is not one of 9 bits', { only: Uint8Array.of(0, 2) }],
    ['a bitmap that is not one of 9 bits', { base: { ...base, present: new Uint8Array(3) } }],
    ['digests of another number', { base: { ...base, digests: new Uint8Array(17) } }],
    ['rows are for one tensor, without a base', { only: Uint8Array.of(3, 0), rows: [0, 1] }],
    ['rows are for one tensor, without a base', { only: first, rows: [0, 1], base }],
  ])('is refused with what is wrong: %s', (problem, request) => {
    expect(() => schema.parse(request)).toThrow(problem);
  });
});
