import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isInstallStale } from '../ensure-installed.mjs';
import { TemporaryWorkspace } from './support/temporary-workspace.ts';

const lock = 'package-lock.json';
const installed = 'node_modules/.package-lock.json';

function isStale(modifiedSeconds: Readonly<Record<string, number>>): boolean {
  const workspace = new TemporaryWorkspace(
    Object.fromEntries(Object.keys(modifiedSeconds).map((path) => [path, '{}'])),
  );
  try {
    for (const [path, seconds] of Object.entries(modifiedSeconds)) utimesSync(join(workspace.root, path), 0, seconds);
    return isInstallStale(workspace.root);
  } finally {
    workspace[Symbol.dispose]();
  }
}

describe('one command on a fresh clone', () => {
  it('installs when nothing is installed', () => {
    expect(isStale({ [lock]: 1000 })).toBe(true);
  });

  it('installs when the lock file is newer than what is installed', () => {
    expect(isStale({ [lock]: 1001, [installed]: 1000 })).toBe(true);
  });

  it('installs nothing otherwise', () => {
    expect(isStale({ [lock]: 1000, [installed]: 1001 })).toBe(false);
    expect(isStale({ [lock]: 1000, [installed]: 1000 })).toBe(false);
  });
});
