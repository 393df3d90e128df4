import { describe, expect, it } from 'vitest';
import { requestSchema } from '../../src/transfer/request.ts';

describe('a request for Arrow data', () => {
  it.each([
    { as: 'source' },
    { as: 'stream', columns: [] },
    { as: 'source', columns: [0, 1, 2 ** 53 - 1], batches: [0, 0] },
    { as: 'stream', rows: [5, 2 ** 53 - 1] },
    { as: 'stream', columns: undefined, batches: undefined, rows: undefined },
  ])('may be %j', (request) => {
    expect(requestSchema.parse(request)).toEqual(request);
  });

  it.each<[string, unknown]>([
    ['is not a map', undefined],
    ['is not a map', ['source']],
    ['as: is not source or stream', {}],
    ['as: is not source or stream', { as: 'table' }],
    ['columns: is not a list', { as: 'source', columns: '0' }],
    ['columns: is not a list', { as: 'source', columns: null }],
    ['columns.1: is not a whole number from 0', { as: 'source', columns: [0, 1.5] }],
    ['columns.0: is not a whole number from 0', { as: 'source', columns: [-1] }],
    ['columns.0: is not a whole number from 0', { as: 'source', columns: [Number.NaN] }],
    ['columns: is a list that does not rise', { as: 'source', columns: [1, 0] }],
    ['columns: is a list that does not rise', { as: 'source', columns: [0, 1, 1] }],
    ['batches: is not a list of 2', { as: 'source', batches: [1] }],
    ['batches: is not a list of 2', { as: 'source', batches: [1, 2, 3] }],
    ['batches.1: is not a whole number from 0', { as: 'source', batches: [1, 2 ** 53] }],
    ['batches: is a range that ends before it begins', { as: 'source', batches: [2, 1] }],
    ['rows.0: is not a whole number from 0', { as: 'source', rows: ['0', 1] }],
    ['rows: is a range that ends before it begins', { as: 'source', rows: [2, 1] }],
    ['asks for batches and for rows', { as: 'source', batches: [0, 1], rows: [0, 1] }],
    ['has a field that is not known: only', { as: 'source', only: [0] }],
    ['has a field that is not known: __proto__', JSON.parse('{"as":"source","__proto__":{}}')],
  ])('is refused with what is wrong: %s', (problem, request) => {
    expect(() => requestSchema.parse(request)).toThrow(problem);
  });
});
