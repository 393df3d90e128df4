import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { onlyRequestSchema, pathMatcher } from '../src/only.ts';

describe('a pattern', () => {
  it.each([
    ['a.txt', 'a.txt', true],
    ['a.txt', 'b/a.txt', false],
    ['*', 'anything/at/all', true],
    ['*.txt', 'b/a.txt', true],
    ['*.txt', 'a.txt.gz', false],
    ['docs/*', 'docs/a/b', true],
    ['docs/*', 'docs', false],
    ['docs/', 'docs', true],
    ['a*b*c', 'a-b-c', true],
    ['a*b*c', 'abc', true],
    ['a*b*c', 'acb', false],
    ['ab*ba', 'aba', false],
    ['a**b', 'ab', true],
    ['a+.[x]', 'a+.[x]', true],
    ['a+.[x]', 'aa.x', false],
  ])('%j asked for %j: %s', (pattern, path, expected) => {
    expect(pathMatcher([pattern])(path)).toBe(expected);
  });

  it('adds up with others', () => {
    const matches = pathMatcher(['a', 'b*']);
    expect(['a', 'b', 'bc', 'c'].filter(matches)).toEqual(['a', 'b', 'bc']);
  });

  it('means what a regular expression with .* for * means', () => {
    const text = fc.array(fc.constantFrom('a', 'b', '/', '.'), { maxLength: 10 }).map((letters) => letters.join(''));
    const pattern = fc.array(fc.constantFrom('a', 'b', '*', '.'), { minLength: 1, maxLength: 7 });
    fc.assert(
      fc.property(pattern, text, (letters, path) => {
        const expression = letters.map((letter) => (letter === '*' ? '.*' : letter === '.' ? '\\.' : letter)).join('');
        expect(pathMatcher([letters.join('')])(path)).toBe(new RegExp(`^${expression}$`, 'u').test(path));
      }),
    );
  });

  it('of many stars is matched in time that grows with the path alone', () => {
    expect(pathMatcher([`${'*a'.repeat(2_000)}b`])('a'.repeat(4_000))).toBe(false);
  });
});

describe('a request for a part', () => {
  it('is a list of patterns', () => {
    expect(onlyRequestSchema.parse({ only: ['a', '*.txt'] })).toEqual({ only: ['a', '*.txt'] });
  });

  it.each([
    ['nothing', undefined, 'is not a map'],
    ['a list', ['a'], 'is not a map'],
    ['no list', {}, 'only: is not a list of 1 to 4096'],
    ['no patterns', { only: [] }, 'only: is not a list of 1 to 4096'],
    ['an empty pattern', { only: [''] }, 'only.0: is not a text of 1 to 4096 characters'],
    ['a number', { only: ['a', 1] }, 'only.1: is not a text of 1 to 4096 characters'],
    ['one text', { only: 'a' }, 'only: is not a list of 1 to 4096'],
    ['another field', { only: ['a'], except: ['b'] }, 'has a field that is not known: except'],
    ['too many patterns', { only: Array.from({ length: 4_097 }, () => 'a') }, 'only: is not a list of 1 to 4096'],
    ['too many stars', { only: Array.from({ length: 65 }, (_, index) => `${index}*`) }, 'only: has more than 64'],
    ['too long a pattern', { only: ['a'.repeat(4_097)] }, 'only.0: is not a text of 1 to 4096 characters'],
  ])('that is or has %s is refused', (_, request, problem) => {
    expect(() => onlyRequestSchema.parse(request)).toThrow(problem);
  });

  it('may have as many patterns, stars and letters as it may', () => {
    const only = Array.from({ length: 4_096 }, (_, index) => (index < 64 ? `${index}*` : 'a'));
    expect(onlyRequestSchema.parse({ only })).toEqual({ only });
    expect(onlyRequestSchema.parse({ only: ['a'.repeat(4_096)] }).only).toHaveLength(1);
  });
});
