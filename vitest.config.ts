import { join } from 'node:path';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { sourceAliases } from './tools/vitest/source-aliases.mjs';
import { readPackages, rootDirectory } from './tools/workspace.mjs';

const systemTests = 'test/system/**/*.test.ts';
const alias = sourceAliases();

/** Quick and deterministic: no process, no socket, no sleep. */
function unitProject(name: string, root: string): TestProjectInlineConfiguration {
  return {
    resolve: { alias },
    test: {
      name,
      root,
      include: ['test/**/*.test.ts'],
      exclude: [systemTests],
      /* A hang shows after half a minute; a busy machine must not fail a property of a thousand runs. */
      testTimeout: 30_000,
      setupFiles: [join(rootDirectory, 'tools/vitest/fast-check.setup.mjs')],
      sequence: { groupOrder: 0 },
    },
  };
}

/** Real processes and sockets, from `dist`; they run after every unit project, file by file. */
function systemProject(name: string, root: string): TestProjectInlineConfiguration {
  return {
    test: {
      name: `${name}:system`,
      root,
      include: [systemTests],
      maxWorkers: 1,
      testTimeout: 60_000,
      hookTimeout: 60_000,
      sequence: { groupOrder: 1 },
    },
  };
}

const packages = readPackages();

export default defineConfig({
  test: {
    projects: [
      ...packages.map(({ folder, directory }) => unitProject(folder, directory)),
      unitProject('tools', join(rootDirectory, 'tools')),
      ...packages.map(({ folder, directory }) => systemProject(folder, directory)),
      systemProject('tools', join(rootDirectory, 'tools')),
    ],
    reporters: ['default', join(rootDirectory, 'tools/vitest/closing-line-reporter.mjs')],
    coverage: { provider: 'v8', include: ['packages/*/src/**/*.ts'], reporter: ['json-summary', 'text-summary'] },
  },
});
