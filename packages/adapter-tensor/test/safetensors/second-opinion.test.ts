import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { readStateDict, writeStateDict } from '../../src/safetensors/index.ts';
import { file, entry } from './support/files.ts';
import { fixtureBytes, fixtures } from './support/fixtures.ts';

/** The other reader, as far as it goes: it wants a buffer of its own, checks nothing and trips over `__metadata__`. */
interface OtherReader {
  readonly metadata: Map<string, { dtype: string; shape: number[] }>;
  getTensor(name: string): Uint8Array;
}

type OtherReaderClass = new (file: Uint8Array) => OtherReader;

function loadOtherReader(): OtherReaderClass | undefined {
  try {
    const require = createRequire(import.meta.url);
    const loaded = require('safetensors') as Record<string, unknown>;
    return Object.values(loaded).find((value): value is OtherReaderClass => isReader(value));
  } catch {
    return undefined;
  }
}

function isReader(value: unknown): boolean {
  return typeof value === 'function' && 'getTensor' in (value.prototype as object);
}

const Other = loadOtherReader();

// Shown as skipped where the development dependency `safetensors` is not installed.
describe.runIf(Other !== undefined)('the npm package safetensors 0.0.1', () => {
  const own = file(`{${entry('b', 'F32', '[2]', '[0,8]')},${entry('a', 'I16', '[1,1]', '[8,10]')}}`, 10);
  const valid = fixtures.filter(({ valid: isValid, policy }) => isValid && policy === 'must');
  const files = [
    ['own', own] as const,
    ...valid.map(({ file: name }) => [name, fixtureBytes(`files/${name}`)] as const),
  ];
  const readable = files.filter(([, bytes]) => !Buffer.from(bytes).includes('__metadata__'));

  it.each(readable)('agrees on %s, as found and as rewritten', (_name, bytes) => {
    for (const version of [bytes, writeStateDict(readStateDict(bytes))]) {
      const other = new (Other as OtherReaderClass)(Uint8Array.from(version));
      const { tensors } = readStateDict(version);
      expect([...other.metadata.keys()].toSorted()).toEqual([...tensors.keys()].toSorted());
      for (const [name, { dtype, shape, data }] of tensors) {
        expect(other.metadata.get(name)).toMatchObject({ dtype, shape });
        expect([...other.getTensor(name)]).toEqual([...data]);
      }
    }
  });
});
