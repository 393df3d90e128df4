import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeStateDict, readStateDict, writeStateDict, type StateDict } from '../../src/safetensors/index.ts';
import { stateDicts } from '../support/arbitraries.ts';

/** The content without regard to order and to where the bytes lie. */
function content({ tensors, metadata }: StateDict): unknown {
  const plain = [...tensors].map(([key, { dtype, shape, data }]) => [key, dtype, shape, [...data]]);
  return { tensors: new Set(plain.map((item) => JSON.stringify(item))), metadata: metadata };
}

describe('any state dict', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(stateDicts, (dict) => {
        expect(content(readStateDict(writeStateDict(dict)))).toEqual(content(dict));
      }),
      { numRuns: 500 },
    );
  });

  it('W3 is written the same once it has been read', () => {
    fc.assert(
      fc.property(stateDicts, (dict) => {
        const written = Buffer.from(writeStateDict(dict));
        expect(written.equals(writeStateDict(readStateDict(written)))).toBe(true);
        expect(written.equals(Buffer.concat(encodeStateDict(dict).parts))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
