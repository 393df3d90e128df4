import { describe, expect, it } from 'vitest';
import { docFindings, entryProblem } from '../api/doc-comments.mjs';
import { declarations } from './support/declarations.ts';

const problems = (files: Readonly<Record<string, string>>): readonly string[] =>
  docFindings(declarations(files)).map(({ problem }) => problem);

const problemsIn = (index: string): readonly string[] => problems({ 'a/dist/index.d.ts': index });

describe('a doc comment is missed', () => {
  it.each([
    ['a function', 'export declare function f(): void;', 'f'],
    ['a constant', 'export declare const c: 1;', 'c'],
    ['a type', 'export type T = 1;', 'T'],
    ['what a line comment stands before', '// Words.\nexport type T = 1;', 'T'],
    ['what a comment without words stands before', '/** */\nexport type T = 1;', 'T'],
    ['what the comment of something else stands before', '/** Words. */\nimport "x";\nexport type T = 1;', 'T'],
    ['a property', '/** Words. */ export interface I { readonly p: string }', 'I.p'],
    ['a method', '/** Words. */ export declare class C { m(): void }', 'C.m'],
    ['a getter', '/** Words. */ export declare class C { get g(): number; set g(value: number); }', 'C.g'],
    ['a constructor', '/** Words. */ export declare class C { constructor(a: 1); }', 'C.constructor'],
    ['a call', '/** Words. */ export interface I { (a: 1): void }', 'I.()'],
    ['a member of a type', '/** Words. */ export type T = { readonly p: string };', 'T.p'],
    [
      'a member of one object of a union',
      '/** Words. */ export type T = /** A. */ { a: string } | { b: string };',
      'T.b',
    ],
  ])('of %s', (_, text, name) => {
    expect(problemsIn(text)).toEqual([`${name} has no doc comment`]);
  });

  it('of what only stands in a signature, and of what another file declares', () => {
    expect(
      problems({
        'a/dist/index.d.ts':
          "/** Words. */ export declare class A extends Base {} declare class Base { m(): void } export { B } from './b.ts';",
        'a/dist/b.d.ts': 'export interface B {} export interface Hidden {}',
      }),
    ).toEqual(['B has no doc comment', 'Base has no doc comment', 'Base.m has no doc comment']);
  });

  it.each([
    ['the type', '/** The type T. */ export type T = 1;', 'T'],
    [
      'the class and the member',
      '/** Words. */ export interface Roster { /** The seats of this roster. */ seats: 1[] }',
      'Roster.seats',
    ],
    [
      'the words of the name',
      '/** An options class for max chunk bytes. */ export type MaxChunkBytes = 1;',
      'MaxChunkBytes',
    ],
  ])('of what has one that repeats %s', (_, text, name) => {
    expect(problemsIn(text)).toEqual([`${name} has a doc comment that says no more than its name`]);
  });
});

describe('a doc comment is not missed', () => {
  it.each([
    ['of what has one', '/** Words. */ export interface I { /** Others. */ p: string }'],
    [
      'of private and protected members',
      '/** Words. */ export declare class C { #p; private q; protected r: string; }',
    ],
    ['of what tells objects apart', "/** Words. */ export interface I { readonly kind: 'a' }"],
    ['of a constructor that takes nothing', '/** Words. */ export declare class C { constructor(); }'],
    ['of what the language calls', '/** Words. */ export declare class C { [Symbol.dispose](): void }'],
    [
      'of the second of two overloads',
      '/** Words. */ export declare function f(a: 1): 1; export declare function f(a: 2): 2;',
    ],
    ['of members of an object with a comment', '/** Words. */ export type T =\n /** Zero. */\n | { a: 0; b: string };'],
    ['of what is not exported', 'interface I { p: string } export {};'],
  ])('%s', (_, text) => {
    expect(problemsIn(text)).toEqual([]);
  });

  it('where what a class is made from has one, also in another package', () => {
    expect(
      problems({
        'a/dist/index.d.ts':
          "import type { I } from '@towline/b'; /** Words. */ export declare class A implements I { m(): void; n(): void }",
        'b/dist/index.d.ts':
          '/** Words. */ export interface H { /** Words. */ m(): void } /** Words. */ export interface I extends H {}',
      }),
    ).toEqual(['A.n has no doc comment']);
  });
});

describe('an entry', () => {
  it('begins with what it is for, and its name', () => {
    expect(entryProblem('@towline/a', '/**\n * Words.\n *\n * @module @towline/a\n */\nexport {};')).toBe(undefined);
  });

  it.each([
    ['', 'does not begin'],
    ['export {};\n/** Words. @module @towline/a */', 'does not begin'],
    ['/** @module @towline/a */', 'does not begin'],
    ['/* Words. @module @towline/a */', 'does not begin'],
    ['/** Words. */\n/** @module @towline/a */', 'does not say @module @towline/a'],
    ['/** Words. @module @towline/a/b */', 'does not say @module @towline/a'],
  ])('may not begin with %j', (source, problem) => {
    expect(entryProblem('@towline/a', source)).toContain(problem);
  });
});
