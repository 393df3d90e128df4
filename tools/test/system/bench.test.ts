import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isInstalled } from '../../bench/contenders.mjs';
import type { Run } from '../../bench/report/page.mjs';
import { plots } from '../../bench/report/plots.mjs';
import { writeReport } from '../../bench/report/write.mjs';
import { type Scale, scales } from '../../bench/scales.mjs';
import { suites } from '../../bench/suites.mjs';
import { rootDirectory } from '../../workspace.mjs';
import { runIn } from '../support/program.ts';

const directory = await mkdtemp(join(tmpdir(), 'towline-bench-test-'));
const json = join(directory, 'results.json');
const tiny = scales['tiny'] as Scale;
const noPlots = !isInstalled('vega-lite') && !process.env['CI'];

describe('the bench', () => {
  let ended: ReturnType<typeof runIn>;
  let run: Run;

  beforeAll(async () => {
    const words = [join('tools', 'bench', 'main.mjs'), '--scale', 'tiny', '--json', json];
    ended = runIn(rootDirectory, process.execPath, words);
    if (ended.status === 0) run = JSON.parse(await readFile(json, 'utf8'));
  }, 120_000);
  afterAll(() => rm(directory, { recursive: true }));

  it('runs every suite, with every contender that is installed and the others by name', () => {
    expect(ended).toMatchObject({ status: 0 });
    const seen = run.results.map(({ suite, rows }) => [suite, rows.map(({ name }) => name)]);
    const skipped = [...ended.output.matchAll(/^skipped: (.*), since .* is not installed/gmu)].map(([, name]) => name);
    const wanted = Object.entries(suites).map(([suite, { entries }]) => [
      suite,
      entries(tiny)
        .map(({ name }) => name)
        .filter((name) => !skipped.includes(name)),
    ]);
    expect(seen).toEqual(wanted);
  });

  it('measures of each contender what the suite is about', () => {
    for (const { suite, rows } of run.results) {
      for (const { name, measures, failures } of rows) {
        expect({ suite, name, failures, figure: measures[figureOf(suite)]?.median }).toEqual({
          suite,
          name,
          failures: 0,
          figure: expect.any(Number),
        });
      }
    }
  });

  it.skipIf(noPlots)(
    `makes the page and its plots${noPlots ? ' (skipped: --install-peers gets Vega)' : ''}`,
    async () => {
      await writeReport(run, directory);
      const page = await readFile(join(directory, 'performance.md'), 'utf8');
      for (const { file } of plots) {
        expect(page).toContain(`](performance/${file})`);
        expect(await readFile(join(directory, 'performance', file), 'utf8')).toMatch(/^<svg .*<path/su);
      }
    },
  );
});

function figureOf(suite: string): string {
  switch (suite) {
    case 'memory':
      return 'ownerMiB';
    case 'objects':
      return 'objectsPerSecond';
    case 'core':
      return 'microsecondsPerChunk';
    default:
      return 'megabytesPerSecond';
  }
}
