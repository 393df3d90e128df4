import { runSchedule } from '../support/schedule.ts';

/** Runs schedules one after the other; stops after the first twenty problems. */
export async function runSchedules(
  firstSeed: number,
  count: number,
): Promise<{ totals: Record<string, number>; problems: string[] }> {
  const totals = { schedules: 0, transfers: 0, completed: 0, failed: 0, unconfirmed: 0 };
  const problems: string[] = [];
  for (let seed = firstSeed; seed < firstSeed + count && problems.length < 20; seed += 1) {
    const result = await runSchedule(seed);
    totals.schedules += 1;
    totals.transfers += result.transfers;
    totals.completed += result.completed;
    totals.failed += result.failed;
    totals.unconfirmed += result.unconfirmed;
    problems.push(...result.problems);
  }
  return { totals, problems };
}
