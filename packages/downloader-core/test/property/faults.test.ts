import { describe, expect, it } from 'vitest';

import { runSchedules } from './run-schedules.ts';

// A long run is made by hand: TOWLINE_SCHEDULES=100000.
const count = Number(process.env['TOWLINE_SCHEDULES'] ?? 2000);
const firstSeed = Number(process.env['TOWLINE_FIRST_SEED'] ?? 1);

describe('any schedule of faults', () => {
  it(
    'W2 D5 ends for each receiver in the identical object or one typed error, and no outcome is better than the truth',
    async () => {
      const { totals, problems } = await runSchedules(firstSeed, count);
      process.stdout.write(`${JSON.stringify(totals)}\n`);
      expect(problems).toEqual([]);
      // The test would be worth nothing if faults never, or always, broke a transfer.
      expect(totals['completed']).toBeGreaterThan((totals['transfers'] ?? 0) / 2);
      expect(totals['failed']).toBeGreaterThan(0);
    },
    count * 200,
  );
});
