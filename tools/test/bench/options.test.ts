import { describe, expect, it } from 'vitest';
import { parseOptions, usageOf } from '../../bench/options.mjs';
import { suites } from '../../bench/suites.mjs';

const names = Object.keys(suites);
const parse = (...args: readonly string[]): ReturnType<typeof parseOptions> => parseOptions(args, names);

describe('the command line of the bench', () => {
  it('without a word runs every suite, 1 GiB, five rounds', () => {
    const { suites, scaleName, scale, report, json } = parse();
    expect(suites).toEqual(names);
    expect([scaleName, scale.mib, scale.rounds, report, json]).toEqual(['full', 1024, 5, false, undefined]);
  });

  it('runs the named suites in their usual order', () => {
    expect(parse('core', 'file').suites).toEqual(['file', 'core']);
  });

  it('takes a scale, and a size and rounds of its own', () => {
    expect(parse('--quick').scaleName).toBe('quick');
    const { scale } = parse('--scale', 'tiny', '--mib', '8', '--rounds', '3');
    expect([scale.mib, scale.rounds, scale.objects]).toEqual([8, 3, 500]);
  });

  it.each([
    [['none'], 'there is no suite none: '],
    [['--scale', 'huge'], 'there is no scale huge: full,quick,tiny'],
    [['--mib', '1.5'], '--mib is not a whole number from 1: 1.5'],
    [['--rounds', '0'], '--rounds is not a whole number from 1: 0'],
    [['--unknown'], 'Unknown option'],
  ])('refuses %j', (args, says) => {
    expect(() => parse(...args)).toThrow(says);
  });

  it('says how it is used', () => {
    expect([parse('--help').help, parse('-h').help, parse().help]).toEqual([true, true, false]);
    expect(usageOf(['file', 'tls'])).toContain('Suites: file, tls.');
  });
});

it('sizes that the targets name are those of a whole run', () => {
  const { scale } = parse();
  expect(scale.fanout).toContainEqual({ receivers: 32, mib: 64 });
  expect(scale.memory).toEqual({
    receivers: [1, 2, 4, 8, 16, 32],
    mib: 64,
    sizesMib: [64, 1024, 5120],
    budgetsMiB: [undefined, 32],
  });
  expect(scale.objects).toBe(100_000);
});
