import { describe, expect, it } from 'vitest';
import { seededRandom } from '../src/index.ts';

const take = (seed: number) => {
  const random = seededRandom(seed);
  return [random.fraction(), random.uuid(), random.fraction()];
};

describe('seededRandom', () => {
  it('repeats itself for one seed and differs for another', () => {
    expect(take(7)).toEqual(take(7));
    expect(take(7)).not.toEqual(take(8));
  });

  it('makes well-formed, different UUIDs', () => {
    const random = seededRandom(0);
    const ids = Array.from({ length: 1000 }, () => random.uuid());
    expect(new Set(ids).size).toBe(1000);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('spreads fractions evenly over [0, 1)', () => {
    const random = seededRandom(3);
    const counts = Array.from({ length: 10 }, () => 0);
    for (let draw = 0; draw < 10_000; draw += 1) {
      const bin = Math.floor(random.fraction() * 10);
      counts[bin] = (counts[bin] ?? 0) + 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(900);
    expect(Math.max(...counts)).toBeLessThan(1100);
  });
});
