import type { ProjectConfiguration } from '@nx/devkit';
import { describe, expect, it } from 'vitest';
import { createNodesV2 } from '../nx/plugin.mjs';
import { type Files, TemporaryWorkspace } from './support/temporary-workspace.ts';

async function inferred(files: Files): Promise<Partial<ProjectConfiguration> | undefined> {
  const workspace = new TemporaryWorkspace(files);
  try {
    const context = { workspaceRoot: workspace.root, nxJsonConfiguration: {} };
    const [results] = await createNodesV2[1](['packages/adapter-x/package.json'], undefined, context);
    return results?.[1].projects?.['packages/adapter-x'];
  } finally {
    workspace[Symbol.dispose]();
  }
}

const manifest = { name: '@towline/adapter-x' };

describe('the targets of a package', () => {
  it('are inferred from its manifest alone', async () => {
    const project = await inferred({ 'packages/adapter-x/package.json': manifest });
    expect(Object.keys(project?.targets ?? {}).toSorted()).toEqual(['build', 'check-package', 'test', 'typecheck']);
    expect(Object.values(project?.targets ?? {}).every(({ cache }) => cache === true)).toBe(true);
  });

  it('hold benchmarks where there are any, never cached', async () => {
    const files = { 'packages/adapter-x/package.json': manifest, 'packages/adapter-x/bench/read.bench.ts': '' };
    expect((await inferred(files))?.targets?.['bench']?.cache).toBe(false);
  });

  it('check types after the build: two compilers must not write one dist', async () => {
    const project = await inferred({ 'packages/adapter-x/package.json': manifest });
    expect(project?.targets?.['typecheck']?.dependsOn).toEqual(['build']);
  });

  it('know the packages that only the tests use, though the graph does not', async () => {
    const nx = { implicitDependencies: ['!@towline/transport-x'] };
    const project = await inferred({ 'packages/adapter-x/package.json': { ...manifest, nx } });
    expect(project?.targets?.['test']?.dependsOn).toContainEqual({
      projects: ['@towline/transport-x'],
      target: 'build',
    });
    expect(project?.targets?.['test']?.inputs).toContain('{workspaceRoot}/packages/transport-x/src/**/*');
  });
});
