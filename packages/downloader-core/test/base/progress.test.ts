import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { countFields, newProgressStream, type ProgressState, takesEvent } from '../../src/base/progress.ts';

const bytes = (bytesDone: number, itemsDone?: number): { bytesDone: number; itemsDone?: number } => ({
  bytesDone,
  ...(itemsDone === undefined ? {} : { itemsDone }),
});

describe('a stream of progress', () => {
  it('P2 the first event is always emitted', () => {
    expect(takesEvent(newProgressStream(), 'active', bytes(0), 0, 1000)).toBe(true);
  });

  it('P2 a later active event needs an advance and the interval; at exactly the interval it passes', () => {
    const stream = newProgressStream();
    takesEvent(stream, 'active', bytes(0), 0, 1000);
    expect(takesEvent(stream, 'active', bytes(5), 999, 1000)).toBe(false);
    expect(takesEvent(stream, 'active', bytes(0), 5000, 1000)).toBe(false);
    expect(takesEvent(stream, 'active', bytes(5), 1000, 1000)).toBe(true);
    expect(takesEvent(stream, 'active', bytes(6), 1999, 1000)).toBe(false);
    expect(takesEvent(stream, 'active', bytes(6), 2000, 1000)).toBe(true);
    expect(stream.sequence).toBe(3);
  });

  it('P2 items are an advance, too', () => {
    const stream = newProgressStream();
    takesEvent(stream, 'active', bytes(0), 0, 0);
    expect(takesEvent(stream, 'active', bytes(0, 1), 0, 0)).toBe(true);
    expect(takesEvent(stream, 'active', bytes(0, 1), 0, 0)).toBe(false);
  });

  it('P2 nothing comes after a terminal event, of which there is one', () => {
    for (const terminal of ['completed', 'failed', 'aborted'] as const) {
      const stream = newProgressStream();
      takesEvent(stream, 'active', bytes(0), 0, 0);
      expect(takesEvent(stream, terminal, bytes(0), 0, 60_000)).toBe(true);
      for (const state of ['active', 'retrying', 'completed', 'failed', 'aborted'] as const)
        expect(takesEvent(stream, state, bytes(100), 99_999, 0)).toBe(false);
      expect(stream.sequence).toBe(2);
    }
  });

  it('P4 retrying is emitted whenever it happens, and is not terminal', () => {
    const stream = newProgressStream();
    takesEvent(stream, 'active', bytes(0), 0, 1000);
    expect(takesEvent(stream, 'retrying', bytes(0), 1, 1000)).toBe(true);
    expect(takesEvent(stream, 'retrying', bytes(0), 2, 1000)).toBe(true);
    expect(takesEvent(stream, 'completed', bytes(0), 3, 1000)).toBe(true);
  });

  it('P2 whatever happens, sequence counts the emitted events from 1 and at most one is terminal', () => {
    const states = fc.constantFrom<ProgressState>(
      'active',
      'active',
      'active',
      'retrying',
      'completed',
      'failed',
      'aborted',
    );
    const steps = fc.array(fc.tuple(states, fc.nat({ max: 3 }), fc.nat({ max: 2000 })), { maxLength: 30 });
    fc.assert(
      fc.property(steps, fc.constantFrom(0, 1000), (happenings, intervalMs) => {
        const stream = newProgressStream();
        const emitted: ProgressState[] = [];
        let [nowMs, done] = [0, 0];
        for (const [state, more, laterMs] of happenings) {
          nowMs += laterMs;
          done += more;
          if (takesEvent(stream, state, bytes(done), nowMs, intervalMs)) emitted.push(state);
          expect(stream.sequence).toBe(emitted.length);
        }
        const terminal = emitted.filter((state) => !['active', 'retrying'].includes(state));
        expect(terminal.length).toBeLessThanOrEqual(1);
        expect(emitted.findIndex((state) => terminal.includes(state))).toBe(
          terminal.length === 0 ? -1 : emitted.length - 1,
        );
      }),
    );
  });

  it('P1 what is not known is no field of the event', () => {
    expect(countFields({ bytesDone: 5, bytesTotal: undefined, itemsDone: undefined })).toEqual({ bytesDone: 5 });
    const all = { bytesDone: 5, bytesTotal: 9, resumedBytes: 1, itemsDone: 2, itemsTotal: 3 };
    expect(countFields(all)).toEqual(all);
    expect(Object.keys(countFields({ bytesDone: 0 }))).toEqual(['bytesDone']);
  });
});
