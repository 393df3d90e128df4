import { describe, expect, it } from 'vitest';
import { spread, spreads } from '../../bench/statistics.mjs';

describe('the spread of values', () => {
  it('has the middle of an odd number, and the mean of the two in the middle of an even one', () => {
    expect(spread([9, 1, 4])).toEqual({ median: 4, min: 1, max: 9 });
    expect(spread([10, 1, 4, 2])).toEqual({ median: 3, min: 1, max: 10 });
    expect(spread([7])).toEqual({ median: 7, min: 7, max: 7 });
  });

  it('of runs leaves out what one of them did not measure', () => {
    const runs = [
      { rate: 2, peak: 5, none: undefined },
      { rate: 4, peak: Number.NaN, none: undefined },
    ];
    expect(spreads(runs)).toEqual({ rate: { median: 3, min: 2, max: 4 } });
  });
});
