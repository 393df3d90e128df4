import { describe, expect, it } from 'vitest';

import { Holdings } from '../../src/owner/holdings.ts';

describe('what receivers hold', () => {
  it('M2 counts what each holds, and forgets who holds nothing', () => {
    const holdings = new Holdings();
    const one = holdings.add('a', 10);
    const two = holdings.add('a', 5);
    holdings.add('b', 1);
    expect([...holdings.all()]).toEqual([
      ['a', 15],
      ['b', 1],
    ]);
    one();
    one();
    expect(holdings.all().get('a')).toBe(5);
    two();
    expect([...holdings.all().keys()]).toEqual(['b']);
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
