import { createRequire } from 'node:module';
import type * as Format from '@towline/adapter-tensor/safetensors';
import { describe, expect, it } from 'vitest';

// By Node itself, as applications load it: the test runner's own import makes every call between modules slower.
const require = createRequire(import.meta.url);
const { parseHeader, readStateDict, writeStateDict } = require('@towline/adapter-tensor/safetensors') as typeof Format;

const LIMIT = 100_000_000;

/** A file of a header's text and as many zero bytes. */
function file(header: string, dataBytes: number): Uint8Array {
  const bytes = Buffer.alloc(8 + header.length + dataBytes);
  bytes.writeBigUInt64LE(BigInt(header.length));
  bytes.write(header, 8, 'latin1');
  return bytes;
}

describe('headers at the limits', () => {
  it('R01 reads a header of exactly 100,000,000 bytes and refuses one more', () => {
    expect(parseHeader(file('{}'.padEnd(LIMIT), 0))).toMatchObject({ dataStart: LIMIT + 8, dataBytes: 0 });
    const tooLarge = expect.objectContaining({ code: 'header_too_large', offset: 0 });
    expect(() => parseHeader(file('{}'.padEnd(LIMIT + 1), 0))).toThrow(tooLarge);
  });

  it('reads 500,000 tensors and writes them again', () => {
    const count = 500_000;
    const entries = Array.from({ length: count }, (_, index) => {
      return `"model.layers.${index}.weight":{"dtype":"U8","shape":[1],"data_offsets":[${index},${index + 1}]}`;
    });
    const dict = readStateDict(file(`{${entries.join(',')}}`, count));
    expect(dict.tensors.size).toBe(count);
    expect(dict.tensors.get(`model.layers.${count - 1}.weight`)).toEqual({
      dtype: 'U8',
      shape: [1],
      data: new Uint8Array(1),
    });
    expect(parseHeader(writeStateDict(dict)).tensors.size).toBe(count);
  });
});
