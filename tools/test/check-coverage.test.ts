import { describe, expect, it } from 'vitest';
import { branchCoverage } from '../check-coverage.mjs';

describe('branch coverage of the engine', () => {
  it('is that of all branches of a side, not the mean of its files', () => {
    const summary = {
      total: { branches: { covered: 0, total: 999 } },
      '/x/packages/downloader-core/src/owner/a.ts': { branches: { covered: 99, total: 99 } },
      '/x/packages/downloader-core/src/owner/b.ts': { branches: { covered: 0, total: 1 } },
      '/x/packages/downloader-core/src/wire/c.ts': { branches: { covered: 0, total: 50 } },
    };
    const [owner] = branchCoverage(summary, '/x');
    expect(owner).toMatchObject({ covered: 99, total: 100, percent: 99 });
  });

  it('of a side that was not measured is none', () => {
    expect(branchCoverage({}, '/x').map(({ percent }) => percent)).toEqual([0, 0]);
  });
});
