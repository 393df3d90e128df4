import { parseHeader, readStateDict, writeStateDict } from '@towline/adapter-tensor/safetensors';
import { describe, expect, it } from 'vitest';
import { entry, file } from '../safetensors/support/files.ts';

const LIMIT = 100_000_000;

// From dist: the built code is several times faster than the one that the test runner instruments.
describe('headers at the limits', () => {
  it('R01 reads a header of exactly 100,000,000 bytes and refuses one more', () => {
    expect(parseHeader(file('{}'.padEnd(LIMIT)))).toMatchObject({ dataStart: LIMIT + 8, dataBytes: 0 });
    expect(() => parseHeader(file('{}'.padEnd(LIMIT + 1)))).toThrow(
      expect.objectContaining({ code: 'header_too_large' }),
    );
  });

  it('reads and writes 500,000 tensors', () => {
    const count = 500_000;
    const entries = Array.from({ length: count }, (_, index) => {
      return entry(`model.layers.${index}.weight`, 'U8', '[1]', `[${index},${index + 1}]`);
    });
    const bytes = file(`{${entries.join(',')}}`, count);
    const dict = readStateDict(bytes);
    expect(dict.tensors.size).toBe(count);
    expect(dict.tensors.get(`model.layers.${count - 1}.weight`)?.data).toEqual(bytes.subarray(-1));
    expect(parseHeader(writeStateDict(dict)).tensors.size).toBe(count);
  });
});
