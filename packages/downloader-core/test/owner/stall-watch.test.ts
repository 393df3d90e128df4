import { ManualClock } from '@towline/transport-memory';
import { describe, expect, it } from 'vitest';

import { StallWatch } from '../../src/owner/stall-watch.ts';

function watched(others: (receiverId: string) => boolean = () => true) {
  const clock = new ManualClock();
  const taken: string[] = [];
  const stalls = new StallWatch({ clock, stallMs: 5000, othersWait: others });
  const send = (id: string): (() => void) => {
    const begun = stalls.begin(id, () => void taken.push(id));
    return () => stalls.taken(begun);
  };
  return { clock, stalls, taken, send };
}

describe('the watch over what is not taken', () => {
  it('M2 a chunk not taken for 5 s while others wait is taken back', async () => {
    const { clock, stalls, taken, send } = watched();
    send('a');
    stalls.waitingChanged(true);
    await clock.advance(4999);
    expect(taken).toEqual([]);
    await clock.advance(1);
    expect(taken).toEqual(['a']);
    expect(clock.pending).toBe(0);
  });

  it('M2 nothing is taken back while nobody waits, and no timer runs', async () => {
    const { clock, stalls, taken, send } = watched();
    send('a');
    expect(clock.pending).toBe(0);
    stalls.waitingChanged(true);
    await clock.advance(3000);
    stalls.waitingChanged(false);
    await clock.advance(10_000);
    expect([taken, clock.pending]).toEqual([[], 0]);
    stalls.waitingChanged(true);
    await clock.advance(4999);
    expect(taken).toEqual([]);
    await clock.advance(1);
    expect(taken).toEqual(['a']);
  });

  it('M2 what was taken in time stays, and each has its own 5 s', async () => {
    const { clock, stalls, taken, send } = watched();
    stalls.waitingChanged(true);
    const sent = send('a');
    await clock.advance(2000);
    send('b');
    sent();
    await clock.advance(4999);
    expect(taken).toEqual([]);
    await clock.advance(1);
    expect(taken).toEqual(['b']);
  });

  it('M2 who waits alone takes nothing from itself; it is looked at again', async () => {
    let areOthers = false;
    const { clock, stalls, taken, send } = watched(() => areOthers);
    stalls.waitingChanged(true);
    send('a');
    await clock.advance(5000);
    expect(taken).toEqual([]);
    areOthers = true;
    await clock.advance(5000);
    expect(taken).toEqual(['a']);
  });
});
