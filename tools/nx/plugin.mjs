// @ts-check
// Infers the targets of every package, so that no package carries scripts of its own.
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { createNodesFromFiles } from '@nx/devkit';

// No input names external packages: so every target depends on all of the lock file.
const sources = ['{projectRoot}/src/**/*', '{projectRoot}/package.json', '{projectRoot}/tsconfig.json'];
const buildInputs = [...sources, '{workspaceRoot}/tsconfig.base.json', '^towline-sources'];
const testInputs = [
  ...buildInputs,
  '{projectRoot}/{test,bench}/**/*',
  '{projectRoot}/tsconfig.test.json',
  '{workspaceRoot}/{tsconfig.test-base.json,vitest.config.ts,tools/workspace.mjs}',
  '{workspaceRoot}/tools/vitest/**/*',
  { env: 'CI' },
  { env: 'FC_SEED' },
];

/**
 * Packages that this one's tests use although the graph must not know (they depend on this one themselves).
 * @param {import('../workspace.mjs').Manifest} manifest
 */
const cutEdges = ({ nx }) =>
  (nx?.implicitDependencies ?? []).filter((name) => name.startsWith('!')).map((name) => name.slice(1));

/**
 * @param {string} folder
 * @param {boolean} hasBenchmarks
 * @param {readonly string[]} cut
 * @returns {Record<string, import('@nx/devkit').TargetConfiguration>}
 */
function targetsOf(folder, hasBenchmarks, cut) {
  const built = ['build', ...cut.map((name) => ({ projects: [name], target: 'build' }))];
  const cutInputs = cut.map((name) => `{workspaceRoot}/packages/${basename(name)}/src/**/*`);
  const inTests = { cache: true, dependsOn: built, inputs: [...testInputs, ...cutInputs] };
  return {
    build: {
      command: `tsc -b packages/${folder}`,
      cache: true,
      dependsOn: ['^build'],
      inputs: buildInputs,
      outputs: ['{projectRoot}/dist'],
    },
    typecheck: { ...inTests, command: `tsc -b packages/${folder}/tsconfig.test.json` },
    test: { ...inTests, command: `vitest run --project ${folder} --project ${folder}:system` },
    'check-package': {
      command: `node tools/check-package.mjs ${folder}`,
      cache: true,
      dependsOn: ['build'],
      inputs: [...buildInputs, '{projectRoot}/README.md', '{workspaceRoot}/tools/*.mjs'],
    },
    ...(hasBenchmarks
      ? { bench: { command: `vitest bench --run --project ${folder}`, cache: false, dependsOn: built } }
      : {}),
  };
}

/**
 * @param {string} manifestPath relative to the workspace
 * @param {string} root
 * @returns {import('@nx/devkit').CreateNodesResult}
 */
function nodeOf(manifestPath, root) {
  const directory = dirname(manifestPath);
  /** @type {import('../workspace.mjs').Manifest} */
  const manifest = JSON.parse(readFileSync(join(root, manifestPath), 'utf8'));
  const targets = targetsOf(basename(directory), existsSync(join(root, directory, 'bench')), cutEdges(manifest));
  return { projects: { [directory]: { targets, namedInputs: { 'towline-sources': sources } } } };
}

/** @type {import('@nx/devkit').CreateNodesV2} */
export const createNodesV2 = [
  'packages/*/package.json',
  (manifestPaths, options, context) =>
    createNodesFromFiles((path) => nodeOf(path, context.workspaceRoot), manifestPaths, options, context),
];
