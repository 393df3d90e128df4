import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { rootDirectory } from '../../workspace.mjs';
import { runIn } from '../support/program.ts';

const folder = join(rootDirectory, 'examples');
const readmeOf = (name: string): string => readFileSync(join(folder, name, 'README.md'), 'utf8');

/** Compares what an example said with what its README promises. */
type Check = (said: readonly string[], promised: readonly string[]) => void;

const inOrder: Check = (said, promised) => expect(said).toEqual(promised);

/** Of several processes, whoever comes first. */
const inAnyOrder: Check = (said, promised) => expect(said.toSorted()).toEqual(promised.toSorted());

const checks: Readonly<Record<string, Check>> = {
  'csv-adapter': inOrder,
  'data-loader'(said, promised) {
    const measured = /[\d.]+(?= MiB were held)/u;
    const masked = (lines: readonly string[]): string[] => lines.map((line) => line.replace(measured, '…'));
    inAnyOrder(masked(said), masked(promised));
    const held = said.filter((line) => measured.test(line)).map((line) => Number(measured.exec(line)?.[0]));
    // Of 14: a window of 2, a batch or two, and what the socket reads into.
    for (const mebibytes of held) expect(mebibytes).toBeLessThan(9);
  },
  deadlines: inOrder,
  'federated-rounds': inAnyOrder,
  'live-batches': inAnyOrder,
  progress(said) {
    const statesOf = (name: string): string[] => said.filter((line) => line.startsWith(name));
    const percentOf = (line: string): number => Number(/(\d+) %/u.exec(line)?.[1]);
    for (const [name, end] of [
      ['quick', /^quick +100 % {2}completed {2}\d+ MiB\/s$/u],
      ['slow', /^slow +100 % {2}completed {2}\d+ MiB\/s$/u],
      ['broken', /^broken +6\d % {2}failed: consumer_failed {2}\d+ MiB\/s$/u],
    ] as const) {
      expect(statesOf(name).at(-1)).toMatch(end);
      const percents = statesOf(name).map(percentOf);
      expect(percents).toEqual(percents.toSorted((one, other) => one - other));
    }
    expect(said).toContain('2 of 3 have everything: failed');
  },
  'three-hosts': inAnyOrder,
  'training-loop': inAnyOrder,
  'worker-threads': inAnyOrder,
};

/** These have tests of their own. */
const elsewhere = new Set(['web-page']);

const names = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

it.each(names)('examples/%s is in the list of examples', (name) => {
  expect(readFileSync(join(folder, 'README.md'), 'utf8')).toContain(`](${name})`);
});

/** How its README says that an example is run, and what it then prints. */
function promiseOf(name: string): { readonly words: readonly string[]; readonly promised: readonly string[] } {
  const [, command = ''] = /^```sh\nnode (.*)\n```$/mu.exec(readmeOf(name)) ?? [];
  const [, printed = ''] = /^```text\n(.*?)\n```$/msu.exec(readmeOf(name)) ?? [];
  return { words: command.split(' '), promised: printed.split('\n') };
}

it.each(names.filter((name) => !elsewhere.has(name)))('examples/%s does what its README says', (name) => {
  const { words, promised } = promiseOf(name);
  const { status, output } = runIn(rootDirectory, process.execPath, words);
  expect({ status, output: status === 0 ? '' : output }).toEqual({ status: 0, output: '' });
  checks[name]?.(output.trimEnd().split('\n'), promised);
  expect(checks).toHaveProperty(name);
});

const hasTerminal = runIn(rootDirectory, 'script', ['--version']).status === 0;

describe.skipIf(!hasTerminal && process.env['CI'] === undefined)('on a terminal (skipped without `script`)', () => {
  it('examples/progress draws its lines again and again', () => {
    const { promised } = promiseOf('progress');
    const words = ['-qec', `"${process.execPath}" examples/progress/main.mjs`, '/dev/null'];
    const { output } = runIn(rootDirectory, 'script', words);
    const screens = output.replaceAll('\r', '').split('\u001B[3A');
    expect(screens.length).toBeGreaterThan(5);
    const shape = (line: string): string => stripVTControlCharacters(line).replaceAll(/\d+ MiB|#+\.+ 6\d %/gu, '…');
    const last = (screens.at(-1) ?? '').trimEnd().split('\n');
    expect(last.map(shape)).toEqual(promised.map(shape));
  });
});
