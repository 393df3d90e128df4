import { describe, expect, it } from 'vitest';

import { Holdings } from '../../src/owner/holdings.ts';

describe('what receivers hold', () => {
  it('M2 counts what each holds, and forgets who holds nothing', () => {
    const holdings = new Holdings();
    holdings.add('a', 10);
    holdings.add('a', 5);
    holdings.add('b', 1);
    holdings.add('c', 1);
    // A budget of 46 over three: a little more than 15 for each.
    expect([holdings.passesShare('a', 0, 46, []), holdings.passesShare('a', 1, 46, [])]).toEqual([false, true]);
    holdings.add('a', -10);
    expect([holdings.passesShare('a', 10, 46, []), holdings.holds('a')]).toEqual([false, true]);
    holdings.add('a', -5);
    expect([holdings.holds('a'), holdings.holds('b')]).toEqual([false, true]);
  });

  it('M2 the share is the budget over those that hold or wait', () => {
    const holdings = new Holdings();
    holdings.add('a', 40);
    expect(holdings.passesShare('a', 10, 100, ['b'])).toBe(false);
    expect(holdings.passesShare('a', 11, 100, ['b'])).toBe(true);
    expect(holdings.passesShare('a', 10, 100, ['b', 'c'])).toBe(true);
    holdings.add('d', 1);
    expect(holdings.passesShare('a', 10, 100, ['b'])).toBe(true);
  });

  it('M2 one chunk anybody may hold, however large', () => {
    expect(new Holdings().passesShare('a', 1000, 100, ['b', 'c'])).toBe(false);
  });
});
