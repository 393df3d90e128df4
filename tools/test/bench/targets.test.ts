import { describe, expect, it } from 'vitest';
import type { Row } from '../../bench/interleave.mjs';
import { contenders } from '../../bench/contenders.mjs';
import { suites } from '../../bench/suites.mjs';
import { judge, targets } from '../../bench/targets.mjs';
import { rowOf } from './rows.ts';

const verdictsOf = (suite: string, rows: readonly Row[]): readonly string[] =>
  judge([{ suite, rounds: 1, rows: [...rows] }]).map(({ verdict }) => verdict);

const rates = (figures: Readonly<Record<string, number>>): Row[] =>
  Object.entries(figures).map(([name, rate]) => rowOf(name, { receivers: 1, mib: 64 }, { megabytesPerSecond: rate }));

describe('a target', () => {
  const { towline, plain, plainChecked, nginx, rsync } = contenders;

  it('of a ratio is met at its limit, and plain socket copies are not among those to be faster than', () => {
    const met = { [towline.name]: 90, [plainChecked.name]: 100, [plain.name]: 200, [nginx.name]: 69, [rsync.name]: 89 };
    expect(verdictsOf('file', rates(met))).toEqual(['met', 'met', 'met']);
    expect(verdictsOf('file', rates({ ...met, [plainChecked.name]: 101, [rsync.name]: 90 }))).toEqual([
      'missed',
      'met',
      'missed',
    ]);
  });

  it('beside a peer that is not installed is not measured', () => {
    expect(verdictsOf('file', rates({ [towline.name]: 90, [plainChecked.name]: 100 }))).toEqual([
      'met',
      'not measured',
      'not measured',
    ]);
  });

  it('of memory looks at the worst round of the worst row, above the budget of that row', () => {
    const row = (receivers: number, ownerMiB: number, budgetMiB: number, receiverMiB: number): Row =>
      rowOf(towline.name, { receivers, mib: 64 }, { ownerMiB, budgetMiB, receiverMiB });
    expect(verdictsOf('memory', [row(1, 352, 256, 149), row(32, 128, 32, 149)])).toEqual(['met', 'met', 'met']);
    expect(verdictsOf('memory', [row(1, 352, 256, 149), row(32, 129, 32, 150)])).toEqual(['missed', 'met', 'missed']);
  });

  it('of receivers that all have everything is missed when one run of them failed', () => {
    const row = rowOf(towline.name, { receivers: 32, mib: 64 }, { completed: 32 });
    expect(verdictsOf('fanout', [row])).toEqual(['not measured', 'met']);
    expect(verdictsOf('fanout', [{ ...row, failures: 1 }])).toEqual(['not measured', 'missed']);
  });

  it('of a suite that did not run is left out', () => {
    expect(judge([])).toEqual([]);
  });

  it('is of a suite that there is', () => {
    expect(targets.filter(({ suite }) => !(suite in suites))).toEqual([]);
  });
});
