import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readPackages, rootDirectory } from '../../workspace.mjs';

it('a release is tried without a network: every package, and all that they declare of each other, get the version', () => {
  const nx = join(rootDirectory, 'node_modules/nx/dist/bin/nx.js');
  const printed = execFileSync(process.execPath, [nx, 'release', 'version', '7.8.9', '--dry-run'], {
    cwd: rootDirectory,
    encoding: 'utf8',
    env: { ...process.env, npm_config_registry: 'http://127.0.0.1:9', NO_COLOR: '1' },
  });
  const packages = readPackages();
  for (const { folder } of packages) expect(printed).toContain(`packages/${folder}/package.json: version 7.8.9`);
  const removed = [...printed.matchAll(/^- +"(@towline\/[a-z-]+)"/gmu)];
  const added = [...printed.matchAll(/^\+ +"(@towline\/[a-z-]+)": "\^7\.8\.9"/gmu)];
  expect(added.length).toBeGreaterThanOrEqual(packages.length);
  expect(countsOf(added)).toEqual(countsOf(removed));
});

function countsOf(lines: readonly RegExpMatchArray[]): Map<string | undefined, number> {
  const counts = new Map<string | undefined, number>();
  for (const [, name] of lines) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
