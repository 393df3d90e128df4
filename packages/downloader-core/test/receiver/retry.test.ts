import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { backoffMs, planRetries } from '../../src/receiver/retry.ts';

const byDefault = planRetries({});
const waits = (retries: readonly number[], idleTimeoutMs?: number): number[] =>
  retries.map((retry) => backoffMs(byDefault, retry, idleTimeoutMs, () => 0));

describe('the back-off', () => {
  it('L3 doubles from 2 s up to 60 s', () => {
    expect(waits([1, 2, 3, 4, 5, 6, 7, 100])).toEqual([2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  });

  it('L3 is never longer than half the idle budget that the owner told', () => {
    expect(waits([1, 2, 3, 4], 10_000)).toEqual([2000, 4000, 5000, 5000]);
  });

  it('L3 base and cap can be chosen', () => {
    const policy = planRetries({ backoffBaseMs: 100, backoffCapMs: 300 });
    expect([1, 2, 3].map((retry) => backoffMs(policy, retry, undefined, () => 0))).toEqual([100, 200, 300]);
  });

  it('L3 has no jitter unless asked, then between half and the whole', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (retry, fraction) => {
          const whole = backoffMs(byDefault, retry, undefined, () => fraction);
          expect(whole).toBe(backoffMs(byDefault, retry, undefined, () => 0));
          const drawn = backoffMs(planRetries({ jitter: true }), retry, undefined, () => fraction);
          expect(drawn).toBeGreaterThanOrEqual(whole / 2);
          expect(drawn).toBeLessThanOrEqual(whole);
        },
      ),
    );
  });

  it('L3 there are three retries unless said otherwise, from none to any number', () => {
    expect(byDefault.maxRetries).toBe(3);
    expect(planRetries({ maxRetries: 0 }).maxRetries).toBe(0);
  });

  it.each([
    ['maxRetries', -1],
    ['maxRetries', 1.5],
    ['maxRetries', Number.NaN],
    ['backoffBaseMs', 0],
    ['backoffBaseMs', Infinity],
    ['backoffCapMs', -1],
    ['backoffCapMs', Number.NaN],
  ])('L3 %s of %d is refused', (name, value) => {
    expect(() => planRetries({ [name]: value })).toThrow(expect.objectContaining({ code: 'invalid_argument' }));
    expect(() => planRetries({ [name]: value })).toThrow(name);
  });
});
