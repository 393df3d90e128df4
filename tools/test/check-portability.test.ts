import { describe, expect, it } from 'vitest';
import { portabilityViolations } from '../check-portability.mjs';

const violations = (path: string, specifier: string): string[] =>
  portabilityViolations('adapter-planted', [{ path, imports: [{ specifier, line: 1 }] }]);

describe('a package that runs anywhere', () => {
  it.each([
    ['index.ts', 'node:fs'],
    ['index.ts', 'fs'],
    ['index.ts', 'fs/promises'],
    ['reader/header.ts', 'node:buffer'],
    ['index.ts', './node/index.ts'],
    ['reader/header.ts', '../node.ts'],
  ])('keeps %s from importing %s', (path, specifier) => {
    expect(violations(path, specifier)).toHaveLength(1);
  });

  it.each([
    ['node/index.ts', 'node:fs'],
    ['reader/node/open.ts', 'node:fs'],
    ['reader/node.ts', 'node:fs'],
    ['node-test.ts', 'node:test'],
    ['node/index.ts', '../reader/header.ts'],
    ['index.ts', './nodes.ts'],
    ['index.ts', 'zod'],
  ])('lets %s import %s', (path, specifier) => {
    expect(violations(path, specifier)).toEqual([]);
  });
});
