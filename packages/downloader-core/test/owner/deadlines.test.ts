import { describe, expect, it } from 'vitest';

import { type DeadlineView, exhaustedReceivers, isTimedOut, nextDeadlineMs } from '../../src/owner/deadlines.ts';
import type { Receiver } from '../../src/owner/roster.ts';

const receiver = (id: string, details: Partial<Receiver> = {}): Receiver => ({
  id,
  strength: 'proven',
  expected: true,
  pulled: true,
  silentSinceMs: 0,
  waiting: 0,
  startedRefs: 1,
  finalRefs: 0,
  ...details,
});
const view = (details: Partial<DeadlineView> = {}): DeadlineView => ({
  openedMs: 0,
  lastActivityMs: 0,
  firstObjectMs: 0,
  timeoutMs: 1000,
  deadlineMs: undefined,
  acquireTimeoutMs: undefined,
  idleTimeoutMs: 500,
  open: [],
  waiting: false,
  emptySeats: 0,
  ...details,
});

describe('deadlines', () => {
  it('E1 a transaction is alive at exactly timeoutMs and over just after', () => {
    expect(isTimedOut(view(), 1000)).toBe(false);
    expect(isTimedOut(view(), 1000.001)).toBe(true);
    expect(isTimedOut(view({ lastActivityMs: 400 }), 1400)).toBe(false);
  });

  it('S13 a pull that waits is activity all the time, but not for the whole life', () => {
    expect(isTimedOut(view({ waiting: true }), 1e9)).toBe(false);
    expect(isTimedOut(view({ waiting: true, deadlineMs: 2000 }), 2001)).toBe(true);
  });

  it('T7 deadlineMs ends the whole life, however active it is', () => {
    const busy = view({ lastActivityMs: 2000, deadlineMs: 2000 });
    expect(isTimedOut(busy, 2000)).toBe(false);
    expect(isTimedOut(busy, 2001)).toBe(true);
  });

  it('D9 an expected receiver or an empty seat that pulled nothing in time never came', () => {
    const waiting = view({
      open: [receiver('a', { pulled: false }), receiver('b', { silentSinceMs: 300 })],
      emptySeats: 1,
      acquireTimeoutMs: 300,
      firstObjectMs: 10,
    });
    expect(exhaustedReceivers(waiting, 310)).toEqual([]);
    expect(exhaustedReceivers(waiting, 311)).toEqual([
      { receiverId: 'a', reason: 'never_came' },
      { receiverId: undefined, reason: 'never_came' },
    ]);
  });

  it('D9 the acquire budget begins with the first object', () => {
    const empty = view({ open: [receiver('a', { pulled: false })], acquireTimeoutMs: 1, firstObjectMs: undefined });
    expect(exhaustedReceivers(empty, 1e6)).toEqual([]);
  });

  it('D9 no acquire budget: who never came is never failed for it', () => {
    expect(exhaustedReceivers(view({ open: [receiver('a', { pulled: false })], emptySeats: 3 }), 1e9)).toEqual([]);
  });

  it('D9 a receiver that went silent is idle just after its budget, unless one of its pulls waits', () => {
    const silent = view({ open: [receiver('a', { silentSinceMs: 100 }), receiver('b', { waiting: 1 })] });
    expect(exhaustedReceivers(silent, 600)).toEqual([]);
    expect(exhaustedReceivers(silent, 601)).toEqual([{ receiverId: 'a', reason: 'idle' }]);
  });

  it('E1 the next deadline is the earliest that could be passed', () => {
    expect(nextDeadlineMs(view(), 0)).toBe(1000);
    expect(nextDeadlineMs(view({ lastActivityMs: 50 }), 60)).toBe(1050);
    expect(nextDeadlineMs(view({ deadlineMs: 700 }), 0)).toBe(700);
    expect(nextDeadlineMs(view({ open: [receiver('a', { silentSinceMs: 20 })] }), 30)).toBe(520);
    expect(nextDeadlineMs(view({ open: [receiver('a', { pulled: false })], acquireTimeoutMs: 40 }), 0)).toBe(40);
    expect(nextDeadlineMs(view({ emptySeats: 1, acquireTimeoutMs: 30, firstObjectMs: 5 }), 5)).toBe(35);
    expect(nextDeadlineMs(view({ acquireTimeoutMs: 40 }), 0)).toBe(1000);
  });

  it('S13 while a pull waits its deadlines count from now', () => {
    const waiting = view({ waiting: true, open: [receiver('a', { waiting: 1 })] });
    expect(nextDeadlineMs(waiting, 900)).toBe(1400);
    expect(nextDeadlineMs(view({ waiting: true }), 900)).toBe(1900);
  });
});
