import { expect, it } from 'vitest';
import { rootDirectory } from '../../workspace.mjs';
import { runIn } from '../support/program.ts';

it('M4 verify:large holds in small: files, checkpoints, dicts, tables, parts, an endless stream', () => {
  const { status, output } = runIn(
    rootDirectory,
    process.execPath,
    ['tools/verify-large/main.mjs', '--small'],
    170_000,
  );
  expect(output).not.toContain('FAILED');
  expect(output.match(/^ok /gmu)).toHaveLength(25);
  expect(status).toBe(0);
}, 180_000);
