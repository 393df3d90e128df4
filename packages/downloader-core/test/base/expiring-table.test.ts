import { ManualClock } from '@towline/transport-memory';
import { describe, expect, it } from 'vitest';

import { ExpiringTable } from '../../src/base/expiring-table.ts';

describe('a table of what expires', () => {
  it('B4 an entry is there at exactly its time, and gone after', async () => {
    const clock = new ManualClock();
    const table = new ExpiringTable<string>(clock, 1000, 10);
    table.set('a', 'one');
    await clock.advance(1000);
    expect(table.get('a')).toBe('one');
    await clock.advance(1);
    expect(table.get('a')).toBeUndefined();
    expect(table.size).toBe(0);
  });

  it('B3 reading does not make an entry last longer', async () => {
    const clock = new ManualClock();
    const table = new ExpiringTable<string>(clock, 1000, 10);
    table.set('a', 'one');
    await clock.advance(900);
    expect(table.get('a')).toBe('one');
    await clock.advance(101);
    expect(table.get('a')).toBeUndefined();
  });

  it('B4 above its capacity the oldest goes', () => {
    const table = new ExpiringTable<number>(new ManualClock(), 1000, 2);
    table.set('a', 1);
    table.set('b', 2);
    table.set('a', 3);
    table.set('c', 4);
    expect([table.get('a'), table.get('b'), table.get('c')]).toEqual([3, undefined, 4]);
    expect(table.size).toBe(2);
  });

  it('B4 it has no timer', () => {
    const clock = new ManualClock();
    new ExpiringTable<number>(clock, 1000, 2).set('a', 1);
    expect(clock.pending).toBe(0);
  });

  it('R6 an entry can be taken out, and all of them', () => {
    const table = new ExpiringTable<number>(new ManualClock(), 1000, 10);
    table.set('a', 1);
    table.set('b', 2);
    table.delete('a');
    expect([table.get('a'), table.get('b')]).toEqual([undefined, 2]);
    table.clear();
    expect(table.size).toBe(0);
  });
});
