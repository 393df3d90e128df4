import { describe, expect, it } from 'vitest';
import type { TestModule } from 'vitest/node';
import { closingLine, countTests } from '../vitest/closing-line-reporter.mjs';

interface FakeModule {
  readonly states?: readonly ('passed' | 'failed' | 'skipped' | 'pending')[];
  readonly loadErrors?: number;
  readonly hookErrors?: number;
}

const errors = (count: number): (() => unknown[]) => {
  return () => Array.from({ length: count }, () => ({ message: 'planted' }));
};

/** The part of Vitest's report that is counted. */
function moduleOf({ states = [], loadErrors = 0, hookErrors = 0 }: FakeModule): TestModule {
  const children = {
    allTests: () => states.map((state) => ({ result: () => ({ state }) })),
    allSuites: () => [{ errors: errors(hookErrors) }],
  };
  return { errors: errors(loadErrors), children } as unknown as TestModule;
}

describe('the closing line', () => {
  it('is the one form that continuous integration reads', () => {
    expect(closingLine({ passed: 12, failed: 1, skipped: 3 })).toBe('12 passed, 1 failed, 3 skipped');
  });

  it('counts every suite', () => {
    const modules = [
      moduleOf({ states: ['passed', 'skipped'] }),
      moduleOf({ states: ['passed', 'failed', 'pending'] }),
    ];
    expect(countTests(modules, [])).toEqual({ passed: 2, failed: 1, skipped: 2 });
  });

  it.each([
    ['a file that does not load', [moduleOf({ loadErrors: 1 })], []],
    ['a hook that throws', [moduleOf({ states: ['skipped'], hookErrors: 1 })], []],
    ['a rejection that nobody handled', [moduleOf({ states: ['passed'] })], [new Error('planted')]],
  ])('never says 0 failed after %s', (_, modules, unhandled) => {
    expect(countTests(modules, unhandled).failed).toBe(1);
  });
});
