import { ManualClock } from '@towline/transport-memory';
import { describe, expect, it } from 'vitest';

import { IdleChunks, type Kept } from '../../src/owner/idle-chunks.ts';

function idleOf({ mostBytes = 100, isWanted = () => false }: { mostBytes?: number; isWanted?: () => boolean } = {}) {
  const clock = new ManualClock();
  const dropped: string[] = [];
  const idle = new IdleChunks({ clock, mostBytes, longestMs: 5000, isMemoryWanted: isWanted });
  const chunk = (name: string, bytes: number): Kept => ({ bytes, drop: () => void dropped.push(name) });
  return { clock, idle, dropped, chunk };
}

describe('chunks that nobody reads', () => {
  it('M2 are kept for a time, and then dropped', async () => {
    const { clock, idle, dropped, chunk } = idleOf();
    idle.keep(chunk('a', 10));
    await clock.advance(2000);
    idle.keep(chunk('b', 10));
    await clock.advance(3000);
    expect([dropped, idle.bytes]).toEqual([['a'], 10]);
    await clock.advance(2000);
    expect([dropped, idle.bytes, clock.pending]).toEqual([['a', 'b'], 0, 0]);
  });

  it('M2 are kept up to a limit, the oldest go first', () => {
    const { idle, dropped, chunk } = idleOf();
    for (const name of ['a', 'b', 'c']) idle.keep(chunk(name, 40));
    expect([dropped, idle.bytes]).toEqual([['a'], 80]);
    idle.keep(chunk('large', 101));
    expect([dropped, idle.bytes]).toEqual([['a', 'b', 'c', 'large'], 0]);
  });

  it('M2 are not kept while somebody waits for memory, and given up when it is needed', () => {
    let isWanted = true;
    const { idle, dropped, chunk } = idleOf({ isWanted: () => isWanted });
    idle.keep(chunk('a', 10));
    isWanted = false;
    for (const name of ['b', 'c', 'd']) idle.keep(chunk(name, 10));
    idle.giveUp(11);
    expect([dropped, idle.bytes]).toEqual([['a', 'b', 'c'], 10]);
  });

  it('what is used again is forgotten, and no timer is left', () => {
    const { clock, idle, dropped, chunk } = idleOf();
    const kept = chunk('a', 10);
    idle.keep(kept);
    idle.forget(kept);
    idle.forget(kept);
    expect([dropped, idle.bytes, clock.pending]).toEqual([[], 0, 0]);
  });
});
