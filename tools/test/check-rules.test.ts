import { describe, expect, it } from 'vitest';
import { ruleViolations, rulesOfTitle } from '../check-rules.mjs';

describe('the rules of a test title', () => {
  it.each([
    ['D2 a stale confirmation changes nothing', ['D2']],
    ['D2, D3 a stale confirmation changes nothing', ['D2', 'D3']],
    ['J1/J2 · both commands', ['J1', 'J2']],
    ['S14: busy', ['S14']],
    ['S1', ['S1']],
    ['a stale confirmation (D2) changes nothing', []],
    ['T1-like ids', []],
    ['UTF8 text', []],
  ])('%s', (title, rules) => {
    expect(rulesOfTitle(title)).toEqual(rules);
  });
});

describe('the rules of the contract', () => {
  const path = 'packages/downloader-core/test/planted.test.ts';

  it('want a test each', () => {
    expect(ruleViolations({ T1: 'gist', T10: 'gist' }, [{ path, title: 'T10 something' }])).toEqual([
      'no test for T1 (gist)',
    ]);
  });

  it('are not met by the safetensors format, which numbers its own', () => {
    const tests = [{ path: 'packages/adapter-tensor/test/safetensors/writer.test.ts', title: 'W1 something' }];
    expect(ruleViolations({ W1: 'gist' }, tests)).toEqual(['no test for W1 (gist)']);
  });
});
