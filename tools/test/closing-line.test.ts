import { describe, expect, it } from 'vitest';
import { closingLine } from '../vitest/closing-line-reporter.mjs';
import { propertySeed } from '../vitest/fast-check.setup.mjs';

describe('the closing line', () => {
  it('is the one form that continuous integration reads', () => {
    expect(closingLine({ passed: 12, failed: 1, skipped: 3 })).toBe('12 passed, 1 failed, 3 skipped');
  });
});

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
});
