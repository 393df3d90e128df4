import { expect, it } from 'vitest';
import { chunkBytesOf } from '../../src/chunking/chunk-bytes.ts';

it('S7 the size of chunks is 4 MiB, or what was asked for from 1 byte to 64 MiB', () => {
  expect([chunkBytesOf({}), chunkBytesOf({ chunkBytes: 1 }), chunkBytesOf({ chunkBytes: 2 ** 26 })]).toEqual([
    2 ** 22,
    1,
    2 ** 26,
  ]);
  for (const chunkBytes of [0, 2 ** 26 + 1, 1.5, Number.NaN])
    expect(() => chunkBytesOf({ chunkBytes })).toThrow(expect.objectContaining({ code: 'invalid_argument' }));
});
