import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { checkProduced } from '../../src/owner/produced.ts';
import { unpack } from '../../src/wire/pack.ts';

const bytes = (length: number): Uint8Array => new Uint8Array(length);
const check = (produced: unknown, maxChunkBytes = 100): ReturnType<typeof checkProduced> =>
  checkProduced(produced, maxChunkBytes);
const list = (length: number): Uint8Array[] => Array.from({ length }, () => bytes(0));
const state = (length: number): unknown => ({ status: 'ok', data: bytes(1), state: { a: 'x'.repeat(length) } });

/** What becomes of a result: its status, or that it is refused with an error. */
function statusOf(produced: unknown): string {
  try {
    return check(produced).status;
  } catch (error) {
    if (error instanceof Error) return 'refused';
    throw error;
  }
}

describe('what produce returned', () => {
  it('S7 one array is a chunk of unknown items', () => {
    const data = bytes(5);
    const chunk = check({ status: 'ok', data, state: { at: 5 } });
    expect(chunk).toMatchObject({ status: 'ok', bytes: 5, items: undefined, owned: false });
    expect(chunk.status === 'ok' && chunk.segments).toEqual([data]);
    expect(chunk.status === 'ok' && unpack(chunk.stateBytes)).toEqual({ at: 5 });
  });

  it('S7 the bytes of a list are the sum of lengths, its items the number of arrays unless told', () => {
    const data = [bytes(2), bytes(0), bytes(3)];
    expect(check({ status: 'ok', data, state: {} })).toMatchObject({ bytes: 5, items: 3 });
    expect(check({ status: 'ok', data, state: {}, items: 0 })).toMatchObject({ bytes: 5, items: 0 });
    expect(check({ status: 'ok', data: bytes(4), state: {}, items: 7 })).toMatchObject({ bytes: 4, items: 7 });
    expect(check({ status: 'ok', data: [], state: {} })).toMatchObject({ bytes: 0, items: 0 });
  });

  it('S7 a list has at most 4,096 arrays', () => {
    expect(check({ status: 'ok', data: list(4096), state: {} })).toMatchObject({ items: 4096 });
    expect(() => check({ status: 'ok', data: list(4097), state: {} })).toThrow(TypeError);
  });

  it('S7 a chunk above the declared maxChunkBytes is refused', () => {
    expect(check({ status: 'ok', data: bytes(100), state: {} })).toMatchObject({ bytes: 100 });
    expect(() => check({ status: 'ok', data: bytes(101), state: {} })).toThrow('above its maxChunkBytes of 100');
    expect(() => check({ status: 'ok', data: [bytes(60), bytes(41)], state: {} })).toThrow(TypeError);
  });

  it('S7 a state has at most 64 KiB', () => {
    expect(check(state(65_500))).toMatchObject({ status: 'ok' });
    expect(() => check(state(65_536))).toThrow('above 65536');
  });

  it('S5 the ends carry no data', () => {
    expect(check({ status: 'eof' })).toEqual({ status: 'eof' });
    expect(check({ status: 'error', reason: 'gone', code: 'source_changed' })).toEqual({
      status: 'error',
      reason: 'gone',
      code: 'source_changed',
    });
    expect(check({ status: 'eof', data: bytes(3), state: {} })).toEqual({ status: 'eof' });
    expect(check({ status: 'error', reason: 'gone', data: bytes(3) })).toEqual({ status: 'error', reason: 'gone' });
  });

  it('S5 what an error says is short enough for its message', () => {
    const long = check({ status: 'error', reason: 'x'.repeat(5000) });
    expect(long.status === 'error' && long.reason.length).toBeLessThanOrEqual(500);
    for (const code of ['', 'x'.repeat(65), 7])
      expect(() => check({ status: 'error', reason: 'r', code })).toThrow(TypeError);
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'eof'],
    ['a list', []],
    ['a Map', new Map([['status', 'eof']])],
    ['an unknown status', { status: 'done' }],
    ['no status', {}],
    ['an error without a reason', { status: 'error' }],
    ['a chunk without data', { status: 'ok', state: {} }],
    ['a chunk of text', { status: 'ok', data: 'abc', state: {} }],
    ['a chunk that is a plain object', { status: 'ok', data: { length: 3 }, state: {} }],
    ['a list with a text', { status: 'ok', data: [bytes(1), 'a'], state: {} }],
    ['an ArrayBuffer', { status: 'ok', data: new ArrayBuffer(3), state: {} }],
    ['a view that is no Uint8Array', { status: 'ok', data: new Float32Array(3), state: {} }],
    ['a chunk without a state', { status: 'ok', data: bytes(1) }],
    ['a state that is a list', { status: 'ok', data: bytes(1), state: [1] }],
    ['a state that is a Map', { status: 'ok', data: bytes(1), state: new Map() }],
    ['a state that MessagePack cannot hold', { status: 'ok', data: bytes(1), state: { a: Symbol('a') } }],
    ['a state with a function', { status: 'ok', data: bytes(1), state: { a: (): void => {} } }],
    ['negative items', { status: 'ok', data: bytes(1), state: {}, items: -1 }],
    ['broken items', { status: 'ok', data: bytes(1), state: {}, items: 1.5 }],
    ['items that are no number', { status: 'ok', data: bytes(1), state: {}, items: '1' }],
  ])('S7 %s is a producer failure (fault W14, W15)', (_, produced) => {
    expect(statusOf(produced)).toBe('refused');
  });

  it('S7 whatever it is, it is either refused or a result of a known shape', () => {
    fc.assert(
      fc.property(fc.anything(), (anything) => {
        expect(['ok', 'eof', 'error', 'refused']).toContain(statusOf(anything));
      }),
    );
  });
});
