import { describe, expect, it } from 'vitest';
import { subcommandsIn } from '../api/commands.mjs';
import { acceptedPages, surfaceViolations } from '../api/main.mjs';
import { surfacePage } from '../api/page.mjs';
import { declarations } from './support/declarations.ts';

/** The page of a package with the one file. */
const pageOf = (index: string): Promise<string> => pageOfFiles({ 'a/dist/index.d.ts': index });

async function pageOfFiles(files: Readonly<Record<string, string>>, folder = 'a'): Promise<string> {
  const library = declarations(files);
  const pkg = library.packages.find((one) => one.folder === folder);
  if (pkg === undefined) throw new Error(`no ${folder}`);
  const page = await surfacePage(library, pkg);
  return page.slice(page.indexOf('## '));
}

const inBlock = (title: string, ...lines: readonly string[]): string =>
  [`## ${title}`, '', '```ts', ...lines, '```', ''].join('\n');

describe('the page of a package', () => {
  it('has names in order, members in order, and no comments', async () => {
    const page = await pageOf(`
      /** A function. */
      export declare function second(b: string, /* inline */ a?: number): void;
      /** An interface. */
      export interface First { /** Z. */ readonly z: "text"; a(): void; }
    `);
    expect(page).toBe(
      inBlock(
        '@towline/a',
        'export interface First {',
        '  a(): void;',
        "  readonly z: 'text';",
        '}',
        '',
        'export declare function second(b: string, a?: number): void;',
      ),
    );
  });

  it.each([
    ['members that change places', 'interface A { a: 1; b: 2; }', 'interface A { b: 2; a: 1; }'],
    ['line breaks', 'type A = {\n  a: 1;\n} | {\n b: 2 };', 'type A = { a: 1 } | { b: 2 };'],
    [
      'what the compiler imports on the spot',
      'type A = import("./b.ts").B;',
      "type A = B; import { B } from './b.ts';",
    ],
    ['declarations that change places', 'type A = 1; export type B = 2;', 'type B = 2; export type A = 1;'],
  ])('does not change with %s', async (_, before, after) => {
    const [first, second] = await Promise.all(
      [before, after].map((text) => {
        const other = 'export interface B { b: 1 }';
        return pageOfFiles({ 'a/dist/index.d.ts': `export ${text}`, 'a/dist/b.d.ts': other });
      }),
    );
    expect(first).toBe(second);
  });

  it.each([
    ['a parameter that becomes optional', 'function f(a: 1): void;', 'function f(a?: 1): void;'],
    [
      'overloads that change places',
      'interface A { f(a: 1): 1; f(a: 2): 2 }',
      'interface A { f(a: 2): 2; f(a: 1): 1 }',
    ],
    ['a member that is no longer readonly', 'interface A { readonly a: 1 }', 'interface A { a: 1 }'],
    ['a base class', 'class A { }', 'class A extends Error { }'],
  ])('changes with %s', async (_, before, after) => {
    expect(await pageOf(`export declare ${before}`)).not.toBe(await pageOf(`export declare ${after}`));
  });

  it('follows what files hand on to each other, under the name that others use', async () => {
    const page = await pageOfFiles({
      'a/dist/index.d.ts': "export * from './b.ts'; export { c as d } from './c/c.js';",
      'a/dist/b.d.ts': "import { C } from './c/c.ts'; export type B = C; export type { C };",
      'a/dist/c/c.d.ts': 'export declare class C {} declare const c: 1; export { c };',
    });
    expect(page).toBe(
      inBlock(
        '@towline/a',
        'export type { C };',
        'export { c as d };',
        '',
        'export type B = C;',
        '',
        'declare class C {}',
        '',
        'declare const c: 1;',
      ),
    );
  });

  it('shows what is not exported, but stands in a signature', async () => {
    const page = await pageOf('interface Base { f(a: Deep): void } type Deep = 1; export interface A extends Base {}');
    expect(page).toContain(
      inBlock('Mentioned, not exported', 'interface Base {', '  f(a: Deep): void;', '}', '', 'type Deep = 1;'),
    );
  });

  it('names what comes from elsewhere, and each declaration once', async () => {
    const page = await pageOfFiles({
      'a/dist/index.d.ts':
        "import type { B } from '@towline/b'; export * from './more.ts'; export { b } from '@towline/b'; export type A = B;",
      'a/dist/more.d.ts': 'export declare const more: 1;',
      'b/dist/index.d.ts': 'export type B = 1; export declare const b: B;',
    });
    expect(page).toBe(
      [
        inBlock(
          '@towline/a',
          "export { b } from '@towline/b';",
          '',
          "import type { B } from '@towline/b';",
          '',
          'export type A = B;',
          '',
          'export declare const more: 1;',
        ),
        inBlock('@towline/a/more', "export { more } from '@towline/a';"),
      ].join('\n'),
    );
  });

  it('is not made of what the tools do not know', async () => {
    await expect(pageOf('export declare namespace A {}')).rejects.toThrow('a/dist/index.d.ts: a TSModuleDeclaration');
    await expect(pageOf("export { none } from './index.ts'; export * from 'zod';")).rejects.toThrow('zod');
  });
});

it('a command is asked for its subcommands', () => {
  expect(
    subcommandsIn('Commands:\n  share [options]  offer\n                   and wait\n  pull-all\n\nExample:\n  x\n'),
  ).toEqual(['share', 'pull-all']);
  expect(subcommandsIn('Usage: x\n')).toEqual([]);
});

describe('the check', () => {
  const reviewed = new Map([['a', 'x\ny\nz\n']]);

  it('passes what was reviewed', () => {
    expect(surfaceViolations(reviewed, new Map(reviewed))).toEqual([]);
  });

  it('shows what changed, and how to accept it', () => {
    const [violation = ''] = surfaceViolations(reviewed, new Map([['a', 'x\nY\nz\n']]));
    expect(violation).toMatch(/^docs\/api\/surface\/a\.md: .*npm run api -- --accept/);
    expect(violation.split('\n').slice(1)).toEqual(['  - y', '  + Y']);
  });

  it('sees lines that only moved', () => {
    expect(surfaceViolations(reviewed, new Map([['a', 'y\nx\nz\n']]))[0]).toContain('another order');
  });

  it('misses no page, and has none too many', () => {
    expect(surfaceViolations(reviewed, new Map([['b', '']]))).toEqual([
      'docs/api/surface/b.md is missing: npm run api -- --accept writes it',
      'docs/api/surface/a.md is of no package: npm run api -- --accept removes it',
    ]);
  });

  it('accepts one package or all', () => {
    const made = new Map([
      ['a', 'new'],
      ['b', 'new'],
    ]);
    expect(acceptedPages(reviewed, made, [])).toEqual(made);
    expect(acceptedPages(reviewed, made, ['b'])).toEqual(new Map([...reviewed, ['b', 'new']]));
    expect(() => acceptedPages(reviewed, made, ['c'])).toThrow('no package is called c');
  });
});
