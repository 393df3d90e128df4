import { describe, expect, it } from 'vitest';
import { importsOf } from '../imports.mjs';

const specifiersOf = (source: string): string[] => importsOf('planted.ts', source).map(({ specifier }) => specifier);

describe('the imports of a file', () => {
  it.each([
    ["import a from './a.ts';"],
    ["import type { A } from './a.ts';"],
    ["import './a.ts';"],
    ["export { a } from './a.ts';"],
    ["export * from './a.ts';"],
    ["export type { A } from './a.ts';"],
    ["const a = await import('./a.ts');"],
    ['const a = await import(`./a.ts`);'],
  ])('include %s', (source) => {
    expect(specifiersOf(source)).toEqual(['./a.ts']);
  });

  it('are none in comments and strings', () => {
    expect(specifiersOf(`// import './a.ts'\nconst text = "import './b.ts'";`)).toEqual([]);
  });

  it('know their lines', () => {
    expect(importsOf('planted.ts', "\n\nimport './a.ts';")).toEqual([{ specifier: './a.ts', line: 3 }]);
  });

  it('are not guessed from a file that cannot be parsed', () => {
    expect(() => importsOf('planted.ts', 'import {')).toThrow('planted.ts');
  });
});
