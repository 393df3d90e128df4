import { describe, expect, it } from 'vitest';
import { patternMatcher } from '../../src/chunking/pattern.ts';

describe('a pattern', () => {
  it.each([
    ['a', 'a', true],
    ['a', 'ab', false],
    ['*', '', true],
    ['a*', 'a', true],
    ['*.b', 'a.b', true],
    ['a*a', 'a', false],
    ['a*b*c', 'a b b c', true],
    ['a*b*c', 'a c b', false],
    ['**', 'x/y', true],
    ['[a]', '[a]', true],
    ['[a]', 'a', false],
  ])('%s on %j: %s', (pattern, text, matches) => {
    expect(patternMatcher(pattern)(text)).toBe(matches);
  });

  it('of many * takes no time that grows with their number and the text’s length together', () => {
    expect(patternMatcher('*a'.repeat(2_000))('a'.repeat(1_999))).toBe(false);
    expect(patternMatcher(`${'*a'.repeat(2_000)}*`)('a'.repeat(100_000))).toBe(true);
  });
});
