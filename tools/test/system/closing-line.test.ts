import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { binDirectory, rootDirectory } from '../../workspace.mjs';
import { TemporaryWorkspace } from '../support/temporary-workspace.ts';

const reporter = join(rootDirectory, 'tools/vitest/closing-line-reporter.mjs');

/** The last line that a run of one test file prints, and its exit code. */
function closingOf(source: string): { line: string | undefined; status: number | null } {
  const workspace = new TemporaryWorkspace({ 'planted.test.js': source });
  try {
    const vitest = join(binDirectory, 'vitest');
    const args = ['run', '--globals', '--root', workspace.root, '--reporter', 'default', '--reporter', reporter];
    const { stdout, status } = spawnSync(vitest, args, { encoding: 'utf8' });
    return { line: stdout.trimEnd().split('\n').at(-1), status };
  } finally {
    workspace[Symbol.dispose]();
  }
}

describe('the last line of a run', () => {
  it('counts passed, failed and skipped tests', () => {
    const source = "it('a', () => {}); it('b', () => { throw new Error('planted'); }); it.skip('c', () => {});";
    expect(closingOf(source)).toEqual({ line: '1 passed, 1 failed, 1 skipped', status: 1 });
  });

  it('of a file that does not load tells of a failure', () => {
    expect(closingOf("throw new Error('planted');")).toEqual({ line: '0 passed, 1 failed, 0 skipped', status: 1 });
  });

  it('tells of a rejection that nobody handled', () => {
    const source = "it('a', () => { void Promise.reject(new Error('planted')); });";
    expect(closingOf(source)).toEqual({ line: '1 passed, 1 failed, 0 skipped', status: 1 });
  });
});
