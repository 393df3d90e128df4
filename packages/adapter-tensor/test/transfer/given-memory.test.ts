import { DownloadService } from '@towline/downloader-core';
import { MemoryNetwork } from '@towline/transport-memory';
import { describe, expect, it } from 'vitest';
import { addTensors, downloadTensors, StateDictConsumer, type StateDictConsumerOptions } from '../../src/index.ts';
import { type StateDict, type Tensor, writeStateDict } from '../../src/safetensors/index.ts';
import { patternTensor } from '../support/dicts.ts';

const dictOf = (tensors: Record<string, Tensor>): StateDict => ({
  tensors: new Map(Object.entries(tensors)),
  metadata: new Map(),
});

/** Hands a dict over. */
async function received(dict: StateDict, options: StateDictConsumerOptions): Promise<StateDict> {
  const network = new MemoryNetwork();
  const [owner, receiver] = ['owner', 'receiver'].map(
    (id) => new DownloadService({ transport: network.endpoint(id) }),
  ) as [DownloadService, DownloadService];
  const transaction = owner.newTransaction({ timeoutMs: 60_000, receiverCount: 1 });
  try {
    return await downloadTensors(receiver, await addTensors(transaction, dict, { chunkBytes: 300 }), options);
  } finally {
    await Promise.all([owner.shutdown(), receiver.shutdown()]);
  }
}

const weights = (seed: number) => patternTensor('F32', [8, 16], seed);

describe('a dict that is written into memory that is there', () => {
  it('uses the memory of tensors that are alike, wherever it lies, and takes its own for the others', async () => {
    const shared = new Uint8Array(new SharedArrayBuffer(1024), 256, 512);
    const into = dictOf({
      a: { ...weights(1), data: shared },
      typed: { ...weights(2), dtype: 'I32' },
      shaped: { ...weights(3), shape: [16, 8] },
      short: { ...weights(4), data: new Uint8Array(511) },
      gone: weights(5),
    });
    const before = writeStateDict(dictOf({ gone: weights(5) }));
    const dict = dictOf({
      a: weights(11),
      typed: weights(12),
      shaped: weights(13),
      short: weights(14),
      fresh: weights(15),
    });
    const result = await received(dict, { into });
    expect(writeStateDict(result)).toEqual(writeStateDict(dict));
    const reused = [...result.tensors].filter(([name, { data }]) => into.tensors.get(name)?.data === data);
    expect(reused.map(([name]) => name)).toEqual(['a']);
    expect(writeStateDict(dictOf({ gone: into.tensors.get('gone') as Tensor }))).toEqual(before);
  });

  it('may be the base as well: what is the same stays where it is', async () => {
    const into = dictOf({ a: weights(1), b: weights(2) });
    const places = [...into.tensors.values()].map(({ data }) => data);
    const dict = dictOf({ a: weights(1), b: weights(22) });
    const result = await received(dict, { into, base: into });
    expect(writeStateDict(result)).toEqual(writeStateDict(dict));
    expect([...result.tensors.values()].map(({ data }) => places.indexOf(data))).toEqual([0, 1]);
  });

  it('hands out tensors one by one in that memory', async () => {
    const into = dictOf({ a: weights(1) });
    const seen: [string, boolean][] = [];
    const onTensor = (name: string, { data }: Tensor): void =>
      void seen.push([name, data === into.tensors.get('a')?.data]);
    await received(dictOf({ a: weights(2) }), { into, onTensor });
    expect(seen).toEqual([['a', true]]);
  });

  it('takes rows for what they are: a tensor of another shape', async () => {
    const into = dictOf({ a: weights(1) });
    const result = await received(dictOf({ a: weights(2) }), { into, only: [{ name: 'a', rows: [0, 4] }] });
    expect(result.tensors.get('a')).toMatchObject({ shape: [4, 16] });
    expect(into.tensors.get('a')).toEqual(weights(1));
  });

  it('refuses memory that two tensors share, or no dict', () => {
    const buffer = new ArrayBuffer(1024);
    const at = (offset: number): Tensor => ({ ...weights(1), data: new Uint8Array(buffer, offset, 512) });
    expect(() => new StateDictConsumer({ into: dictOf({ a: at(512), b: at(0) }) })).not.toThrow();
    const failing = expect.objectContaining({
      code: 'invalid_argument',
      message: expect.stringContaining('same memory'),
    });
    expect(() => new StateDictConsumer({ into: dictOf({ a: at(511), b: at(0) }) })).toThrow(failing);
    const none = { tensors: {} } as unknown as StateDict;
    expect(() => new StateDictConsumer({ into: none })).toThrow(/no state dict/);
  });
});
