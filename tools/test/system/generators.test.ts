import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rootDirectory } from '../../workspace.mjs';
import { type Ended, runIn } from '../support/program.ts';

const copy = mkdtempSync(join(tmpdir(), 'towline-generators-'));
afterAll(() => rmSync(copy, { recursive: true, force: true }));

/** A copy of what is tracked or about to be, with an installation of its own: npm writes into it. */
beforeAll(() => {
  const words = ['ls-files', '--cached', '--others', '--exclude-standard', '-z'];
  const paths = execFileSync('git', words, { cwd: rootDirectory, encoding: 'utf8' }).split('\0');
  for (const path of paths.filter((path) => path !== '' && existsSync(join(rootDirectory, path))))
    cpSync(join(rootDirectory, path), join(copy, path));
  expectSuccess(runIn(copy, 'npm', ['ci', '--prefer-offline', '--no-audit', '--no-fund']));
}, 120_000);

const run = (command: string): Ended => runIn(copy, 'npm', ['exec', '--offline', '--', ...command.split(' ')]);

/** Shows what was said, where it failed. */
function expectSuccess({ status, output }: Ended): void {
  expect({ status, output: status === 0 ? '' : output }).toEqual({ status: 0, output: '' });
}

describe('npm run new:adapter and new:transport', () => {
  it('make packages', () => {
    expectSuccess(runIn(copy, 'npm', ['run', 'new:adapter', '--', 'json-rows']));
    expectSuccess(runIn(copy, 'npm', ['run', 'new:transport', '--', 'wire']));
    expect(existsSync(join(copy, 'node_modules/@towline/transport-wire'))).toBe(true);
  });

  it.each([
    'tsc -b . tsconfig.tests.json',
    'oxlint',
    'oxfmt --check .',
    'node tools/check-workspace.mjs',
    'node tools/check-portability.mjs',
    'node tools/check-copies.mjs',
    'node tools/api/main.mjs',
    'node tools/api/doc-comments.mjs',
    'knip',
    'node tools/check-package.mjs adapter-json-rows',
    'node tools/check-package.mjs transport-wire',
    'npm ci --dry-run --offline',
  ])('which pass %s', (command) => {
    expectSuccess(run(command));
  });

  it('which pass their suites', () => {
    const { status, output } = run('vitest run --project adapter-json-rows --project transport-wire');
    expect(output).toMatch(/^[1-9]\d passed, 0 failed, [1-9] skipped$/mu);
    expect(status).toBe(0);
  });

  it('and refuse a name that is taken, or is none', () => {
    const before = readFileSync(join(copy, 'tsconfig.json'), 'utf8');
    for (const [name, why] of [
      ['json-rows', 'packages/adapter-json-rows exists'],
      ['Rows', 'is no name for a package'],
    ] as const) {
      const { status, output } = runIn(copy, 'npm', ['run', 'new:adapter', '--', name]);
      expect(output).toContain(why);
      expect(status).toBe(1);
    }
    expect(readFileSync(join(copy, 'tsconfig.json'), 'utf8')).toBe(before);
    expect(existsSync(join(copy, 'packages/adapter-Rows'))).toBe(false);
  });
});
