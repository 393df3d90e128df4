import { ManualClock } from '@towline/transport-memory';
import { describe, expect, it } from 'vitest';

import { Convoy } from '../../src/owner/convoy.ts';

interface Walker {
  position: number;
  requestId: number | undefined;
  isThrough: boolean;
}

/** Pulls at these positions, with 800 bytes as near: 100 are no distance. */
function convoyOf(...positions: readonly number[]) {
  const clock = new ManualClock();
  const walkers = positions.map((position): Walker => ({ position, requestId: undefined, isThrough: false }));
  const convoy = new Convoy<Walker>({ clock, nearBytes: 800, travellers: { values: () => walkers } });
  const { signal } = new AbortController();
  const [leader, second, third] = walkers as [Walker, Walker, Walker];
  /** How long the leader waits, in milliseconds of a clock that goes on by one. */
  async function waitedMs(): Promise<number> {
    const beganMs = clock.now();
    const over: number[] = [];
    void Promise.resolve(convoy.closeUp(leader, signal)).then(() => over.push(clock.now() - beganMs));
    for (await clock.advance(0); over.length === 0;) await clock.advance(1);
    return Math.max(...over);
  }
  return { clock, convoy, walkers, leader, second, third, waitedMs };
}

describe('receivers that travel together', () => {
  it('M2 followers are those at the same bytes or near behind', () => {
    const { convoy, walkers, leader } = convoyOf(1000, 1000, 200, 199, 1001, 500, 500);
    walkers.splice(5, 2, { ...leader, position: 500, isThrough: true }, { ...leader, position: 500, requestId: 1 });
    expect(convoy.followersOf(leader)).toBe(2);
  });

  it('M2 the leader waits until the hindmost has caught up', async () => {
    const { clock, convoy, second, third, waitedMs } = convoyOf(1000, 600, 700);
    const waiting = waitedMs();
    second.position = 900;
    convoy.moved(second);
    await clock.advance(1);
    third.position = 900;
    convoy.moved(third);
    expect(await waiting).toBeLessThan(4);
    expect(clock.pending).toBe(0);
  });

  it.each([
    ['a little behind', 900],
    ['far behind', 199],
    ['ahead', 1001],
  ])('M2 nobody is waited for who is %s', async (_, position) => {
    expect(await convoyOf(1000, position).waitedMs()).toBe(0);
  });

  it('M2 who does not move is waited for once, for 50 ms; then nothing is kept for it until it moves again', async () => {
    const { clock, convoy, leader, second, waitedMs } = convoyOf(1000, 600);
    expect(await waitedMs()).toBe(50);
    await clock.advance(10_000);
    expect(await waitedMs()).toBe(0);
    expect(convoy.followersOf(leader)).toBe(0);
    convoy.moved(second);
    expect(convoy.followersOf(leader)).toBe(1);
    expect(await waitedMs()).toBe(50);
  });

  it('M2 a leader that is short of patience takes nobody for stuck who moved a moment ago', async () => {
    const { clock, convoy, leader, second, waitedMs } = convoyOf(1000, 600);
    await waitedMs();
    convoy.moved(second);
    await clock.advance(20);
    expect(await waitedMs()).toBe(17);
    expect(convoy.followersOf(leader)).toBe(1);
    await clock.advance(20);
    expect(await waitedMs()).toBe(9);
    expect(convoy.followersOf(leader)).toBe(0);
  });

  it('M2 in the long run a leader waits for a quarter of the time', async () => {
    const { clock, convoy, second, waitedMs } = convoyOf(1000, 600);
    let waited = 0;
    while (clock.now() < 10_000) {
      convoy.moved(second);
      waited += await waitedMs();
      await clock.advance(6);
    }
    expect(waited / clock.now()).toBeGreaterThan(0.2);
    expect(waited / clock.now()).toBeLessThan(0.26);
  });

  it('M2 who is aborted waits no longer', async () => {
    const { clock, convoy, leader } = convoyOf(1000, 600);
    const controller = new AbortController();
    const closing = convoy.closeUp(leader, controller.signal);
    controller.abort(new Error('gone'));
    await expect(closing).rejects.toThrow('gone');
    expect(clock.pending).toBe(0);
  });
});
