import { describe, expect, it } from 'vitest';
import { camelCase, namesInside, namesOutside, pascalCase } from '../src/names.ts';
import { Refusal } from '../src/refusal.ts';

describe('names outside of the repository', () => {
  it.each([
    ['rows', 'towline-adapter-rows', 'towline-adapter-rows', 'rows'],
    ['json-lines', 'towline-adapter-json-lines', 'towline-adapter-json-lines', 'json-lines'],
    ['towline-adapter-rows', 'towline-adapter-rows', 'towline-adapter-rows', 'rows'],
    ['towline-rows', 'towline-rows', 'towline-rows', 'rows'],
    ['@you/rows', '@you/rows', 'rows', 'rows'],
    ['@you/adapter-rows', '@you/adapter-rows', 'adapter-rows', 'rows'],
    ['@you/towline-adapter-rows', '@you/towline-adapter-rows', 'towline-adapter-rows', 'rows'],
  ])('%s is the package %s in the folder %s, about %s', (given, name, folder, about) => {
    expect(namesOutside('adapter', given)).toEqual({ kind: 'adapter', package: name, folder, name: about });
  });

  it('keep the prefix of the other kind: it says something', () => {
    expect(namesOutside('transport', 'adapter-wire').package).toBe('towline-transport-adapter-wire');
  });

  it.each([
    '',
    'Rows',
    '1rows',
    'rows-',
    'two words',
    '../rows',
    'rows/more',
    'a'.repeat(101),
    'adapter-rows',
    'towline-',
    'towline-adapter-',
    '@you',
    '@you/',
    '@you/../rows',
    '@/rows',
    '@../rows',
    '@you/adapter-',
    '@towline/adapter-rows',
    '@towline/rows',
  ])('%j is refused', (given) => {
    expect(() => namesOutside('adapter', given)).toThrow(Refusal);
  });
});

describe('names inside of the repository', () => {
  it('have our scope and the kind', () => {
    expect(namesInside('transport', 'web-socket')).toEqual({
      kind: 'transport',
      package: '@towline/transport-web-socket',
      folder: 'transport-web-socket',
      name: 'web-socket',
    });
  });

  it.each(['', 'Rows', 'transport-rows', '@you/rows', '@towline/transport-rows', '../rows'])(
    '%j is refused',
    (name) => {
      expect(() => namesInside('transport', name)).toThrow(Refusal);
    },
  );
});

describe('identifiers', () => {
  it.each([
    ['rows', 'Rows', 'rows'],
    ['json-lines', 'JsonLines', 'jsonLines'],
    ['v-2d', 'V2d', 'v2d'],
  ])('of %s are %s and %s', (name, pascal, camel) => {
    expect([pascalCase(name), camelCase(name)]).toEqual([pascal, camel]);
  });
});
