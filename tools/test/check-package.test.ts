import { describe, expect, it } from 'vitest';
import { contentViolations } from '../check-package.mjs';

const complete = ['package.json', 'README.md', 'LICENSE', 'src/index.ts', 'dist/index.js', 'dist/index.d.ts'];
const isSource = (path: string): boolean => path === 'src/index.ts';

describe('what a package ships', () => {
  it('is its build, its sources and the three texts', () => {
    expect(contentViolations(complete, isSource)).toEqual([]);
  });

  it('is nothing else', () => {
    expect(contentViolations([...complete, 'test/index.test.ts'], isSource)).toEqual(['ships test/index.test.ts']);
  });

  it('is not the build of a file that is gone', () => {
    expect(contentViolations([...complete, 'dist/old.js'], isSource)).toEqual([
      'dist/old.js has no source any more: npm run clean',
    ]);
  });

  it('has its license', () => {
    const without = complete.filter((path) => path !== 'LICENSE');
    expect(contentViolations(without, isSource)).toEqual(['ships no LICENSE']);
  });
});
