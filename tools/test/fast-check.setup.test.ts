import { describe, expect, it } from 'vitest';
import { propertySeed } from '../vitest/fast-check.setup.mjs';

describe('the seed of property tests', () => {
  it('is fixed in continuous integration', () => {
    expect(propertySeed({ CI: 'true' })).toBe(propertySeed({ CI: '1' }));
    expect(propertySeed({ CI: 'true' })).toBeTypeOf('number');
  });

  it('is left to chance by hand', () => {
    expect(propertySeed({})).toBeUndefined();
  });

  it('is the one asked for, everywhere', () => {
    expect(propertySeed({ CI: 'true', FC_SEED: '7' })).toBe(7);
  });

  it('is refused when it is no number, rather than left to chance', () => {
    expect(() => propertySeed({ FC_SEED: 'seven' })).toThrow('FC_SEED');
  });
});
