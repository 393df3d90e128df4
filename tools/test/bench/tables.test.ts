import { describe, expect, it } from 'vitest';
import { commonOf, suiteTable } from '../../bench/tables.mjs';
import { rowOf } from './rows.ts';

const rows = [
  rowOf('ours', { receivers: 4, mib: 64 }, { megabytesPerSecond: 90, ownerMiB: 80 }),
  rowOf('theirs', { receivers: 4, mib: 64 }, { megabytesPerSecond: 100 }),
  rowOf('ours', { receivers: 8, mib: 64 }, { megabytesPerSecond: 150, ownerMiB: 81 }),
  rowOf('theirs', { receivers: 8, mib: 64 }, { megabytesPerSecond: 300 }),
];

describe('the table of a suite', () => {
  it('tells each row beside the one of the same shape; what was not measured is a dash', () => {
    expect(suiteTable(rows, 'theirs').split('\n')).toEqual([
      '|        | receivers | MB/s          | × theirs | owner’s peak MiB |',
      '| ------ | --------- | ------------- | -------- | ---------------- |',
      '| ours   | 4         | 90 [90–90]    | 0.90     | 80               |',
      '| theirs | 4         | 100 [100–100] | 1.00     | –                |',
      '| ours   | 8         | 150 [150–150] | 0.50     | 81               |',
      '| theirs | 8         | 300 [300–300] | 1.00     | –                |',
    ]);
  });

  it('tells how many runs of a row failed', () => {
    const [row] = rows;
    expect(suiteTable(row ? [{ ...row, failures: 2 }] : [])).toContain('| ours **(2 failed)** |');
  });

  it('is said to be of what all rows have in common', () => {
    expect(commonOf(rows)).toBe('MiB 64');
  });
});
