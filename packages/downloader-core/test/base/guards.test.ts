import { createContext, runInContext } from 'node:vm';

import { isConsumer, isDownloadable, isPlainObject, parseCounters } from '@towline/downloader-core';
import { describe, expect, it } from 'vitest';

import { guardLogger } from '../../src/base/logger.ts';
import { deepFreeze } from '../../src/base/plain.ts';
import { ChunkList, Collector } from '../support/objects.ts';

const broken = (): never => {
  throw new Error('disk full');
};

describe('what is what', () => {
  it('L5 a plain object is one of {} or without a prototype, of any realm', () => {
    const foreign: unknown = runInContext('({ offset: 1 })', createContext());
    for (const plain of [{}, Object.create(null), { offset: 1 }, foreign]) expect(isPlainObject(plain)).toBe(true);
    for (const other of [undefined, null, 1, 'x', [], new Map(), new Uint8Array(1), new Collector(), () => {}])
      expect(isPlainObject(other)).toBe(false);
  });

  it('R3 a Downloadable is known by its mark and methods, not by its class', () => {
    expect(isDownloadable(new ChunkList([]))).toBe(true);
    const mark = { [Symbol.for('towline/1 downloadable')]: true };
    const complete = { ...mark, produce: () => {}, stateSchema: { parse: () => {} }, maxChunkBytes: 1 };
    expect(isDownloadable(complete)).toBe(true);
    for (const lacking of [
      undefined,
      null,
      {},
      mark,
      { ...complete, produce: 1 },
      { ...complete, stateSchema: {} },
      { ...complete, maxChunkBytes: 0 },
      { ...complete, maxChunkBytes: 1.5 },
    ])
      expect(isDownloadable(lacking)).toBe(false);
  });

  it('L1 a consumer is known by its mark', () => {
    expect(isConsumer(new Collector())).toBe(true);
    expect(isConsumer({ [Symbol.for('towline/1 consumer')]: true })).toBe(true);
    expect([isConsumer({}), isConsumer(null), isConsumer('consumer')]).toEqual([false, false, false]);
  });

  it('S1 a cursor of counters has exactly those, each a whole number from 0', () => {
    expect(parseCounters({ a: 0, b: 2 ** 53 - 1 }, ['a', 'b'])).toEqual({ a: 0, b: 2 ** 53 - 1 });
    for (const wrong of [undefined, [], 'x', {}, { a: 1 }, { a: 1, b: 2, c: 3 }, { a: 1, c: 2 }])
      expect(() => parseCounters(wrong, ['a', 'b'])).toThrow(TypeError);
    for (const value of [-1, 0.5, 2 ** 53, Number.NaN, '1', null])
      expect(() => parseCounters({ a: value }, ['a'])).toThrow('a is not a whole number from 0');
  });

  it('O2 what is frozen is frozen all the way down', () => {
    const frozen = deepFreeze({ list: [{ inner: { value: 1 } }], text: 'x' });
    expect(Object.isFrozen(frozen.list[0]?.inner)).toBe(true);
    expect(Object.isFrozen(frozen.list)).toBe(true);
  });

  it('L8 a logger that throws changes nothing', () => {
    const logger = guardLogger({ debug: broken, info: broken, warn: broken, error: broken });
    for (const level of ['debug', 'info', 'warn', 'error'] as const) expect(() => logger[level]('line')).not.toThrow();
  });
});
