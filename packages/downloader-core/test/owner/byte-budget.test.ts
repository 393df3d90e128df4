import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { ByteBudget, type Reservation } from '../../src/owner/byte-budget.ts';

const never = new AbortController().signal;

/** Reserves and notes when it was granted. */
function ask(budget: ByteBudget, granted: string[], name: string, bytes: number): Promise<Reservation> {
  return budget.reserve(bytes, never).then((reservation) => {
    granted.push(name);
    return reservation;
  });
}

describe('the byte budget', () => {
  it('sets aside what fits and gives it back', () => {
    const budget = new ByteBudget(100);
    const reservation = budget.tryReserve(60);
    expect(budget.usedBytes).toBe(60);
    expect(budget.tryReserve(41)).toBeUndefined();
    expect(budget.tryReserve(40)?.bytes).toBe(40);
    reservation?.release();
    expect(budget.usedBytes).toBe(40);
    expect(budget.peakBytes).toBe(100);
  });

  it('gives back once, however often it is told to', () => {
    const budget = new ByteBudget(100);
    const reservation = budget.tryReserve(60);
    reservation?.shrink(10);
    reservation?.shrink(50);
    expect(budget.usedBytes).toBe(10);
    reservation?.release();
    reservation?.release();
    reservation?.shrink(0);
    expect(budget.usedBytes).toBe(0);
  });

  it('serves in the order of asking: a small one does not overtake', async () => {
    const budget = new ByteBudget(100);
    const first = budget.tryReserve(60);
    const granted: string[] = [];
    const large = ask(budget, granted, 'large', 70);
    const small = ask(budget, granted, 'small', 10);
    expect(budget.tryReserve(1)).toBeUndefined();
    expect(budget.waiting).toBe(2);
    await Promise.resolve();
    expect(granted).toEqual([]);
    first?.release();
    await Promise.all([large, small]);
    expect(granted).toEqual(['large', 'small']);
    expect(budget.usedBytes).toBe(80);
  });

  it('lets what is larger than the whole run alone, one at a time', async () => {
    const budget = new ByteBudget(10);
    const little = budget.tryReserve(1);
    const granted: string[] = [];
    const one = ask(budget, granted, 'one', 50);
    const two = ask(budget, granted, 'two', 50);
    little?.release();
    const held = await one;
    expect(granted).toEqual(['one']);
    held.release();
    await two;
    expect(budget.peakBytes).toBe(50);
  });

  it('lets a chunk that does not fit run beside what stands', () => {
    const budget = new ByteBudget(100);
    const standing = budget.tryReserve(20, { kind: 'standing' });
    const chunk = budget.tryReserve(90);
    expect(chunk?.bytes).toBe(90);
    expect(budget.tryReserve(90)).toBeUndefined();
    chunk?.release();
    standing?.release();
    expect(budget.usedBytes).toBe(0);
    expect(budget.tryReserve(100)?.bytes).toBe(100);
  });

  it('forgets who gave up waiting, and serves those behind', async () => {
    const budget = new ByteBudget(10);
    budget.tryReserve(5);
    const control = new AbortController();
    const large = budget.reserve(10, control.signal);
    const granted: string[] = [];
    const small = ask(budget, granted, 'small', 5);
    control.abort(new Error('enough'));
    await expect(large).rejects.toThrow('enough');
    await small;
    expect(budget.usedBytes).toBe(10);
    await expect(budget.reserve(1, control.signal)).rejects.toThrow('enough');
    expect(budget.waiting).toBe(0);
  });

  it('never passes its limit but for one that runs alone, and ends empty', async () => {
    const step = fc.oneof(
      fc.record({ act: fc.constant('reserve' as const), bytes: fc.integer({ min: 0, max: 150 }) }),
      fc.record({ act: fc.constant('release' as const), bytes: fc.nat(20) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const budget = new ByteBudget(100);
        const held: Reservation[] = [];
        const asked: Promise<unknown>[] = [];
        for (const { act, bytes } of steps) {
          if (act === 'reserve') asked.push(budget.reserve(bytes, never).then((granted) => held.push(granted)));
          else held.splice(bytes % Math.max(held.length, 1), 1)[0]?.release();
          await Promise.resolve();
          const large = held.filter((reservation) => reservation.bytes > 0);
          expect(budget.usedBytes <= 100 || large.length <= 1).toBe(true);
        }
        while (budget.usedBytes > 0 || budget.waiting > 0) {
          await Promise.resolve();
          for (const reservation of held.splice(0)) reservation.release();
        }
        await Promise.all(asked);
      }),
    );
  });
});
