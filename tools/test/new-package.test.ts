import { readJson, type Tree } from '@nx/devkit';
import { createTree } from '@nx/devkit/testing';
import { describe, expect, it } from 'vitest';
import { newAdapter, newTransport } from '../generators/new-package.mjs';

const references = (...paths: readonly string[]): string =>
  JSON.stringify({ references: paths.map((path) => ({ path })) });

/** A workspace with a core and one adapter; each call is another. */
function workspace(): Tree {
  const tree = createTree();
  const files = {
    LICENSE: 'a license',
    'packages/downloader-core/package.json': '{ "version": "1.2.3" }',
    'packages/adapter-x/package.json': '{}',
    'tsconfig.json': references('packages/adapter-x', 'packages/downloader-core'),
    'tsconfig.tests.json': references('packages/downloader-core/tsconfig.test.json', 'tools/tsconfig.json'),
    'tools/tsconfig.json': references('../packages/adapter-x', '../packages/downloader-core'),
  };
  for (const [path, content] of Object.entries(files)) tree.write(path, content);
  return tree;
}

const referencesOf = (tree: Tree, path: string): readonly string[] =>
  readJson<{ references: { path: string }[] }>(tree, path).references.map((reference) => reference.path);

describe('a new package of the repository', () => {
  it('has the version of core, the license of the project and the templates', () => {
    const tree = workspace();
    newTransport(tree, { name: 'web-socket' });
    expect(readJson(tree, 'packages/transport-web-socket/package.json')).toMatchObject({
      name: '@towline/transport-web-socket',
      version: '1.2.3',
      nx: { tags: ['kind:transport', 'runtime:any'] },
    });
    expect(tree.read('packages/transport-web-socket/LICENSE', 'utf8')).toBe('a license');
    expect(tree.children('packages/transport-web-socket/src')).toContain('web-socket-transport.ts');
  });

  it('is in every list of packages, at its place', () => {
    const tree = workspace();
    newAdapter(tree, { name: 'b' });
    expect(referencesOf(tree, 'tsconfig.json')).toEqual([
      'packages/adapter-b',
      'packages/adapter-x',
      'packages/downloader-core',
    ]);
    expect(referencesOf(tree, 'tsconfig.tests.json')).toEqual([
      'packages/adapter-b/tsconfig.test.json',
      'packages/downloader-core/tsconfig.test.json',
      'tools/tsconfig.json',
    ]);
    expect(referencesOf(tree, 'tools/tsconfig.json')[0]).toBe('../packages/adapter-b');
  });

  it.each([
    ['x', 'packages/adapter-x exists'],
    ['adapter-y', 'leave it out'],
    ['Y', 'is no name'],
    ['../y', 'is no name'],
    ['@you/y', 'is no name'],
  ])('called %s is refused, and nothing changes', (name, why) => {
    const tree = workspace();
    const before = tree.listChanges();
    expect(() => newAdapter(tree, { name })).toThrow(why);
    expect(tree.listChanges()).toEqual(before);
  });
});
