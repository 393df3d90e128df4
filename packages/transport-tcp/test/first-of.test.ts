import { describe, expect, it } from 'vitest';
import { type Attempt, firstOf } from '../src/first-of.ts';
import { TestClock } from './support/test-clock.ts';

interface Handle {
  readonly signal: AbortSignal;
  resolve(value: string): void;
  reject(error: Error): void;
}

/** Attempts that wait to be told how they end. */
function handles(count: number) {
  const started: Handle[] = [];
  const attempt: Attempt<string> = (signal) =>
    new Promise((resolve, reject) => started.push({ signal, resolve, reject }));
  return { started, attempts: Array.from({ length: count }, () => attempt) };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function race(count: number) {
  const clock = new TestClock();
  const controller = new AbortController();
  const { started, attempts } = handles(count);
  const result = firstOf(attempts, { clock, staggerMs: 300, signal: controller.signal });
  return { clock, controller, started, result };
}

describe('firstOf', () => {
  it('starts the next attempt after staggerMs, and the first success aborts the others', async () => {
    const { clock, started, result } = race(3);
    expect(started).toHaveLength(1);
    clock.advance(300);
    expect(started).toHaveLength(2);
    started[1]?.resolve('second');
    expect(await result).toBe('second');
    expect(started.map(({ signal }) => signal.aborted)).toEqual([true, false]);
    clock.advance(10_000);
    expect([started.length, clock.pending]).toEqual([2, 0]);
  });

  it('starts the next attempt at once when one fails', async () => {
    const { started, result } = race(2);
    started[0]?.reject(new Error('refused'));
    await turn();
    started[1]?.resolve('second');
    expect(await result).toBe('second');
  });

  it('aborts a second success of the same instant', async () => {
    const { clock, started, result } = race(2);
    clock.advance(300);
    started[0]?.resolve('first');
    started[1]?.resolve('second');
    expect(await result).toBe('first');
    expect(started.map(({ signal }) => signal.aborted)).toEqual([false, true]);
  });

  it('rejects with every failure, and only when no attempt is left running', async () => {
    const { clock, started, result } = race(2);
    clock.advance(300);
    started[1]?.reject(new Error('second'));
    await turn();
    started[0]?.reject(new Error('first'));
    const failure = await result.catch((error: unknown) => error);
    expect((failure as AggregateError).errors.map(String)).toEqual(['Error: second', 'Error: first']);
    expect(clock.pending).toBe(0);
  });

  it('ends at once by its signal', async () => {
    const { clock, controller, started, result } = race(2);
    controller.abort(new Error('closed'));
    await expect(result).rejects.toThrow('closed');
    expect(started.map(({ signal }) => signal.aborted)).toEqual([true]);
    expect(clock.pending).toBe(0);
    const late = firstOf(handles(1).attempts, { clock, staggerMs: 300, signal: controller.signal });
    await expect(late).rejects.toThrow('closed');
  });

  it('of nothing fails', async () => {
    await expect(race(0).result).rejects.toThrow('every attempt failed');
  });
});
