import { describe, expect, it } from 'vitest';
import { page } from '../../bench/report/page.mjs';
import { plots } from '../../bench/report/plots.mjs';
import { rowOf } from './rows.ts';

const words = { intro: '# Performance', notes: { latency: 'A proxy delays.' }, closing: '## What bounds it' };
const rows = [10, 50].map((roundTripMs) => rowOf('towline', { roundTripMs, mib: 1 }, { megabytesPerSecond: 9 }));
const results = [{ suite: 'latency', rounds: 5, rows }];

describe('the page', () => {
  const run = { machine: '2 cores', scale: 'full', minutes: 1, results };

  it('has its parts in order: words, machine, targets, each suite with its table and plots, words', () => {
    const places = [
      '# Performance\n',
      '2 cores. The run took 1 minutes.\n',
      '## What is wanted, and what was seen\n',
      '| **not measured** |',
      '## One file over a link of 1 Gbit/s\n',
      'A proxy delays.\n',
      'MiB 1; median and range of 5 rounds',
      '| towline | 50 ',
      '](performance/rate-by-latency.svg)',
      '## What bounds it\n',
    ].map((part) => page(run, words).indexOf(part));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places).not.toContain(-1);
  });

  it('says when a run was of small sizes', () => {
    expect(page({ ...run, scale: 'quick' }, words)).toContain('the scale “quick”: sizes are small');
    expect(page(run, words)).not.toContain('sizes are small');
  });
});

describe('a plot', () => {
  const valuesOf = (file: string, plotted: typeof rows): unknown =>
    plots.find((plot) => plot.file === file)?.spec(plotted)['data'];

  it('of rates has the median, the range and who it is', () => {
    const names = ['towline', 'plain copy', 'rsync'].map((name) => rowOf(name, {}, { megabytesPerSecond: 7 }));
    const figures = { median: 7, min: 7, max: 7, label: '7' };
    expect(valuesOf('rate.svg', names)).toEqual({
      values: [
        { name: 'towline', who: 'towline', ...figures },
        { name: 'plain copy', who: 'plain', ...figures },
        { name: 'rsync', who: 'other', ...figures },
      ],
    });
  });

  it('of memory has the rows that differ in its way only, with what is wanted of them', () => {
    const of = (receivers: number, mib: number) =>
      rowOf('towline', { receivers, mib }, { ownerMiB: 80 + receivers, budgetMiB: 32 });
    const all = [of(1, 64), of(8, 64), of(1, 1024)];
    const point = { most: 128, budget: 'budget of 32 MiB' };
    expect(valuesOf('memory-by-receivers.svg', all)).toEqual({
      values: [
        { at: 1, peak: 81, ...point },
        { at: 8, peak: 88, ...point },
      ],
    });
    expect(valuesOf('memory-by-size.svg', all)).toEqual({
      values: [
        { at: 64, peak: 81, ...point },
        { at: 1024, peak: 81, ...point },
      ],
    });
  });
});
