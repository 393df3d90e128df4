import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { workspaceViolations } from '../check-workspace.mjs';
import { TemporaryWorkspace } from './support/temporary-workspace.ts';

const core = '@towline/downloader-core';

const manifestOf = (folder: string, kind: string, more: object = {}): object => ({
  name: `@towline/${folder}`,
  nx: { tags: [`kind:${kind}`] },
  ...more,
});

const references = (...paths: string[]): object => ({ references: paths.map((path) => ({ path })) });

/** A core and an adapter that keep every rule. */
const sound = {
  'packages/downloader-core/package.json': manifestOf('downloader-core', 'core'),
  'packages/downloader-core/tsconfig.json': references(),
  'packages/downloader-core/tsconfig.test.json': references('.'),
  'packages/adapter-x/package.json': manifestOf('adapter-x', 'adapter', { peerDependencies: { [core]: '*' } }),
  'packages/adapter-x/tsconfig.json': references('../downloader-core'),
  'packages/adapter-x/tsconfig.test.json': references('.', '../downloader-core'),
  'tsconfig.json': references('packages/adapter-x', 'packages/downloader-core'),
  'tsconfig.tests.json': references(
    'packages/adapter-x/tsconfig.test.json',
    'packages/downloader-core/tsconfig.test.json',
  ),
  'tools/tsconfig.json': references('../packages/adapter-x', '../packages/downloader-core'),
};

describe('the workspace', () => {
  let workspace: TemporaryWorkspace;
  beforeEach(() => {
    workspace = new TemporaryWorkspace(sound);
  });
  afterEach(() => workspace[Symbol.dispose]());

  it('is sound when adapters know core only and every list says so', () => {
    expect(workspaceViolations(workspace.root)).toEqual([]);
  });

  it('has no core that depends on what is above it', () => {
    const dependencies = { '@towline/adapter-x': '*' };
    workspace.write('packages/downloader-core/package.json', manifestOf('downloader-core', 'core', { dependencies }));
    expect(workspaceViolations(workspace.root)).toContain('downloader-core: core may not depend on @towline/adapter-x');
  });

  it('has no adapter that brings its own core', () => {
    const dependencies = { [core]: '*' };
    workspace.write('packages/adapter-x/package.json', manifestOf('adapter-x', 'adapter', { dependencies }));
    expect(workspaceViolations(workspace.root)).toEqual(['adapter-x: core has to be a peer dependency here']);
  });

  it('lets the suites bring a transport to run over, but not core', () => {
    const transport = manifestOf('transport-x', 'transport', { peerDependencies: { [core]: '*' } });
    const brings = (dependencies: object): object => manifestOf('suites', 'conformance', { dependencies });
    workspace.write('packages/transport-x/package.json', transport);
    workspace.write('packages/suites/package.json', brings({ '@towline/transport-x': '*' }));
    expect(workspaceViolations(workspace.root).filter((line) => / has to be | may not /.test(line))).toEqual([]);
    workspace.write('packages/suites/package.json', brings({ [core]: '*' }));
    expect(workspaceViolations(workspace.root)).toContain('suites: core has to be a peer dependency here');
  });

  it('has no adapter that tests against another adapter', () => {
    workspace.write('packages/adapter-y/package.json', manifestOf('adapter-y', 'adapter'));
    const more = { peerDependencies: { [core]: '*' }, devDependencies: { '@towline/adapter-y': '*' } };
    workspace.write('packages/adapter-x/package.json', manifestOf('adapter-x', 'adapter', more));
    expect(workspaceViolations(workspace.root)).toContain('adapter-x: adapter may not depend on @towline/adapter-y');
  });

  it.each([
    ['packages/adapter-x/tsconfig.json', references(), 'adapter-x: tsconfig.json lacks ../downloader-core'],
    [
      'packages/adapter-x/tsconfig.test.json',
      references('.'),
      'adapter-x: tsconfig.test.json lacks ../downloader-core',
    ],
    [
      'packages/downloader-core/tsconfig.json',
      references('../adapter-x'),
      'downloader-core: tsconfig.json has ../adapter-x too much',
    ],
    ['tsconfig.json', references('packages/downloader-core'), 'tsconfig.json lacks packages/adapter-x'],
    ['tsconfig.tests.json', references(), 'tsconfig.tests.json lacks packages/adapter-x/tsconfig.test.json'],
    ['tools/tsconfig.json', references(), 'tools/tsconfig.json lacks ../packages/adapter-x'],
  ])('notices that %s says something else than the dependencies', (path, content, violation) => {
    workspace.write(path, content);
    expect(workspaceViolations(workspace.root)).toContain(violation);
  });

  it.each([[[]], [['kind:planted']], [['kind:core', 'kind:adapter']]])('has no package of kinds %j', (tags) => {
    workspace.write('packages/adapter-x/package.json', { name: '@towline/adapter-x', nx: { tags } });
    expect(workspaceViolations(workspace.root)).toContain('adapter-x: needs exactly one known kind: tag');
  });

  it('has no entry without a source', () => {
    const exports = { '.': { '@towline/source': './src/index.ts' } };
    workspace.write('packages/downloader-core/package.json', manifestOf('downloader-core', 'core', { exports }));
    expect(workspaceViolations(workspace.root)).toEqual([
      'downloader-core: exports ./src/index.ts, which does not exist',
    ]);
  });
});
