import { describe, expect, it } from 'vitest';
import { ManualClock } from '../src/index.ts';

describe('ManualClock', () => {
  it('runs timers in order of time, then of making, and not before', async () => {
    const clock = new ManualClock();
    const ran: string[] = [];
    clock.setTimer(20, () => ran.push(`c@${clock.now()}`));
    clock.setTimer(10, () => ran.push(`a@${clock.now()}`));
    clock.setTimer(10, () => ran.push(`b@${clock.now()}`));
    await clock.advance(9);
    expect(ran).toEqual([]);
    await clock.advance(11);
    expect(ran).toEqual(['a@10', 'b@10', 'c@20']);
    expect([clock.now(), clock.pending]).toEqual([20, 0]);
  });

  it('runs timers that are set on the way, at their own time', async () => {
    const clock = new ManualClock();
    const ran: number[] = [];
    const again = (): void => {
      ran.push(clock.now());
      clock.setTimer(10, again);
    };
    clock.setTimer(10, again);
    await clock.advance(35);
    expect(ran).toEqual([10, 20, 30]);
    expect(clock.pending).toBe(1);
  });

  it('lets promise chains of any length come to rest between two timers', async () => {
    const clock = new ManualClock();
    const ran: string[] = [];
    const chain = async (name: string): Promise<void> => {
      for (let hops = 0; hops < 1000; hops += 1) await Promise.resolve();
      ran.push(name);
    };
    clock.setTimer(1, () => void chain('first'));
    clock.setTimer(1, () => ran.push('second'));
    await clock.advance(1);
    expect(ran).toEqual(['first', 'second']);
  });

  it('forgets a cancelled timer, also when it is cancelled twice', async () => {
    const clock = new ManualClock();
    const cancel = clock.setTimer(1, () => expect.unreachable());
    cancel();
    cancel();
    expect(clock.pending).toBe(0);
    await clock.advance(5);
  });

  it('moves the wall clock with time, and alone when told', async () => {
    const clock = new ManualClock(1_000_000);
    await clock.advance(500);
    clock.jumpWall(-3000);
    expect([clock.now(), clock.wallNow()]).toEqual([500, 997_500]);
  });

  it('runUntil jumps to what the promise needs, and no further', async () => {
    const clock = new ManualClock();
    const result = new Promise<string>((resolve) => clock.setTimer(60_000, () => resolve('done')));
    clock.setTimer(70_000, () => {});
    expect(await clock.runUntil(result)).toBe('done');
    expect([clock.now(), clock.pending]).toEqual([60_000, 1]);
  });

  it('runUntil rejects as the promise does', async () => {
    const clock = new ManualClock();
    await expect(clock.runUntil(Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  });

  it('runUntil says so when no timer is left, or the limit is over', async () => {
    const clock = new ManualClock();
    const never = new Promise<void>(() => {});
    await expect(clock.runUntil(never)).rejects.toThrow('no timer is left');
    clock.setTimer(100, () => {});
    await expect(clock.runUntil(never, 99)).rejects.toThrow('after 99 ms');
  });
});
