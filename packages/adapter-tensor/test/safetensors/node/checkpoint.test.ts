import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  encodeHeader,
  readStateDict,
  sliceRows,
  tensorFrom,
  toTypedArray,
  writeStateDict,
  type Tensor,
} from '../../../src/safetensors/index.ts';
import { openCheckpoint, type Checkpoint } from '../../../src/safetensors/node/index.ts';
import { rejection } from '../support/files.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

async function opened(tensors: ReadonlyMap<string, Tensor>): Promise<Checkpoint> {
  return openBytes(writeStateDict({ tensors }));
}

async function openBytes(bytes: Uint8Array): Promise<Checkpoint> {
  return openCheckpoint(await temporaryFolder({ 'm.safetensors': bytes }));
}

const matrix = tensorFrom(
  Uint16Array.from({ length: 40 }, (_, index) => index * 1000),
  [10, 4],
);

describe('reading single tensors', () => {
  it('gives memory of its own, aligned for every dtype, wherever the file has it', async () => {
    const data = new Uint8Array(17).fill(1);
    const header =
      '{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"F64","shape":[2],"data_offsets":[1,17]}} ';
    const length = new Uint8Array(8);
    length[0] = header.length;
    await using checkpoint = await openBytes(Buffer.concat([length, Buffer.from(header), data]));
    const tensor = await checkpoint.readTensor('b');
    expect(toTypedArray(tensor).copied).toBe(false);
    expect(tensor.data).toEqual(data.subarray(1));
  });

  it('reads any rows as they are cut from the tensor in memory', async () => {
    await using checkpoint = await opened(
      new Map([
        ['m', matrix],
        ['n', matrix],
      ]),
    );
    const bounds = fc.tuple(fc.nat(10), fc.nat(10)).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
    await fc.assert(
      fc.asyncProperty(bounds, async (rows) => {
        expect(await checkpoint.readTensor('n', { rows })).toEqual(sliceRows(matrix, rows));
      }),
      { numRuns: 30 },
    );
  });

  it('refuses rows that there are not, and tensors', async () => {
    await using checkpoint = await opened(new Map([['m', matrix]]));
    expect((await rejection(checkpoint.readTensor('m', { rows: [5, 11] }))).code).toBe('invalid_rows');
    expect(await rejection(checkpoint.readTensor('x'))).toMatchObject({ code: 'unknown_tensor', tensor: 'x' });
    expect((await rejection(checkpoint.readTensor('__proto__'))).code).toBe('unknown_tensor');
  });

  it('fills pieces of the caller’s memory', async () => {
    await using checkpoint = await opened(new Map([['m', matrix]]));
    const target = new Uint8Array(10);
    await checkpoint.readInto('m', target.subarray(2, 8), 70);
    expect([...target]).toEqual([0, 0, ...matrix.data.subarray(70, 76), 0, 0]);
    for (const offset of [75, -1, 0.5]) {
      expect((await rejection(checkpoint.readInto('m', target.subarray(0, 6), offset))).code).toBe('invalid_argument');
    }
  });

  it('stops by a signal', async () => {
    await using checkpoint = await opened(new Map([['m', matrix]]));
    const reason = new Error('enough');
    await expect(checkpoint.readTensor('m', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it('refuses a tensor above the largest array before allocating; its rows are read', async () => {
    const { bytes, header } = encodeHeader(new Map([['huge', { dtype: 'F32', shape: [2 ** 31, 4] }]]));
    const folder = await temporaryFolder();
    const path = join(folder, 'm.safetensors');
    await writeFile(path, bytes);
    const handle = await open(path, 'r+');
    // 32 GiB that take no place on the disk.
    await handle.truncate(header.dataStart + header.dataBytes);
    await handle.write(Float32Array.of(1.5), 0, 4, header.dataStart + header.dataBytes - 4);
    await handle.close();
    await using checkpoint = await openCheckpoint(path);
    const before = process.memoryUsage();
    expect(await rejection(checkpoint.readTensor('huge'))).toMatchObject({ code: 'tensor_too_large', tensor: 'huge' });
    expect((await rejection(checkpoint.readStateDict())).code).toBe('tensor_too_large');
    expect(process.memoryUsage().arrayBuffers - before.arrayBuffers).toBeLessThan(10_000_000);
    const lastRow = await checkpoint.readTensor('huge', { rows: [2 ** 31 - 1, 2 ** 31] });
    expect([...toTypedArray(lastRow).array]).toEqual([0, 0, 0, 1.5]);
  });
});

describe('reading all', () => {
  it('gives what the file gives in memory, of small and large tensors and empty ones', async () => {
    const tensors = new Map<string, Tensor>([
      ['large', tensorFrom(new Float32Array(1_200_000).fill(2), [1_200_000])],
      ['empty', tensorFrom(new Float32Array(), [0])],
      ...Array.from({ length: 50 }, (_, index) => [`small.${index}`, tensorFrom(Uint8Array.of(index), [1])] as const),
      ['last', tensorFrom(new Uint8Array(5_000_000).fill(3), [5_000_000])],
    ]);
    const bytes = writeStateDict({ tensors, metadata: new Map([['k', 'v']]) });
    await using checkpoint = await openBytes(bytes);
    const dict = await checkpoint.readStateDict();
    expect([...dict.tensors.keys()]).toEqual([...readStateDict(bytes).tensors.keys()]);
    expect(Buffer.from(writeStateDict(dict)).equals(bytes)).toBe(true);
  });

  it('gives a file without tensors', async () => {
    await using checkpoint = await opened(new Map());
    expect(await checkpoint.readStateDict()).toEqual({ tensors: new Map(), metadata: new Map() });
  });
});
