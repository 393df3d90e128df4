import { describe, expect, it } from 'vitest';
import { inTurn, orElse } from '../../src/base/maybe-promise.ts';

describe('work that may fail', () => {
  const failed = (thrown: unknown): string => `failed: ${(thrown as Error).message}`;
  const fail = (): never => {
    throw new Error('no');
  };

  it('gives at once what it gives at once', () => {
    expect(orElse(() => 1, failed)).toBe(1);
    expect(orElse(fail, failed)).toBe('failed: no');
  });

  it('gives later what it gives later', async () => {
    const good = orElse(() => Promise.resolve(1), failed);
    const bad = orElse(() => Promise.reject(new Error('late')), failed);
    expect([good, bad].every((result) => result instanceof Promise)).toBe(true);
    expect([await good, await bad]).toEqual([1, 'failed: late']);
  });

  it('fails with what recovering throws', async () => {
    expect(() => orElse(fail, fail)).toThrow('no');
    await expect(orElse(() => Promise.reject(new Error('late')), fail)).rejects.toThrow('no');
  });
});

describe('items in turn', () => {
  it('are all worked on at once when none has to be waited for', () => {
    const seen: number[] = [];
    expect(inTurn([1, 2, 3], (item) => void seen.push(item))).toBeUndefined();
    expect(seen).toEqual([1, 2, 3]);
  });

  it('wait for the one before, and for nothing else', async () => {
    const seen: string[] = [];
    const working = inTurn([1, 2, 3, 4], (item) => {
      seen.push(`begin ${item}`);
      return item % 2 === 0 ? Promise.resolve().then(() => void seen.push(`end ${item}`)) : undefined;
    });
    expect(seen).toEqual(['begin 1', 'begin 2']);
    await working;
    expect(seen).toEqual(['begin 1', 'begin 2', 'end 2', 'begin 3', 'begin 4', 'end 4']);
  });

  it('end with the first that fails', async () => {
    const seen: number[] = [];
    const work = (item: number): Promise<void> | undefined => {
      seen.push(item);
      return item === 2 ? Promise.reject(new Error('two')) : undefined;
    };
    await expect(inTurn([1, 2, 3], work)).rejects.toThrow('two');
    expect(seen).toEqual([1, 2]);
  });

  it('come from a generator no faster than they are worked on', async () => {
    const made: number[] = [];
    const numbers = function* () {
      for (let number = 1; number <= 3; number += 1) {
        made.push(number);
        yield number;
      }
    };
    const working = inTurn(numbers(), () => Promise.resolve());
    expect(made).toEqual([1]);
    await working;
    expect(made).toEqual([1, 2, 3]);
  });
});
