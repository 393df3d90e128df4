import { DownloadService, downloadObject, type Outcome, type Ref } from '@towline/downloader-core';
import { MemoryNetwork } from '@towline/transport-memory';
import { afterEach, describe, expect, it } from 'vitest';
import {
  addTensors,
  downloadTensors,
  iterateTensors,
  StateDictConsumer,
  type StateDictConsumerOptions,
  type StateDictSourceOptions,
} from '../../src/index.ts';
import { type StateDict, type Tensor, writeStateDict } from '../../src/safetensors/index.ts';
import { patternTensor } from '../support/dicts.ts';

const services: DownloadService[] = [];
afterEach(async () => {
  await Promise.all(services.splice(0).map((service) => service.shutdown()));
});

const layers = (count: number, seed = 1): StateDict => ({
  tensors: new Map(
    Array.from({ length: count }, (_, index): [string, Tensor] => [
      `layers.${index}.w`,
      patternTensor('F32', [8, 16], seed * 1000 + index),
    ]),
  ),
  metadata: new Map([['format', 'pt']]),
});

interface Shared {
  readonly ref: Ref;
  readonly receiver: DownloadService;
  /** Bytes that travelled, as the owner counts them. */
  readonly wireBytes: () => Promise<number>;
  readonly outcome: () => Promise<Outcome>;
}

async function share(dict: StateDict, options: StateDictSourceOptions = {}): Promise<Shared> {
  const network = new MemoryNetwork();
  const [owner, receiver] = ['owner', 'receiver'].map((id) => {
    const service = new DownloadService({ transport: network.endpoint(id) });
    services.push(service);
    return service;
  }) as [DownloadService, DownloadService];
  const transaction = owner.newTransaction({ timeoutMs: 60_000, receiverCount: 1 });
  const ref = await addTensors(transaction, dict, options);
  const outcome = (): Promise<Outcome> => transaction.complete();
  return { ref, receiver, outcome, wireBytes: async () => (await outcome()).wireBytes };
}

const names = (dict: StateDict): string[] => [...dict.tensors.keys()];
const failing = (code: string) => expect.objectContaining({ code });

describe('a state dict from memory to memory', () => {
  it('arrives with every byte, in data order, in memory of its own', async () => {
    const dict = layers(5);
    const { ref, receiver } = await share(dict, { chunkBytes: 300 });
    const received = await downloadTensors(receiver, ref);
    expect(writeStateDict(received)).toEqual(writeStateDict(dict));
    expect(received.tensors.get('layers.0.w')?.data.buffer).not.toBe(dict.tensors.get('layers.0.w')?.data.buffer);
  });

  it('keeps names that mean something elsewhere as they are', async () => {
    const odd = ['__proto__', 'constructor', '../x', '', '\0', '*'];
    const dict: StateDict = {
      tensors: new Map(odd.map((name) => [name, patternTensor('U8', [3])])),
      metadata: new Map(),
    };
    const { ref, receiver } = await share(dict);
    expect(names(await downloadTensors(receiver, ref)).toSorted()).toEqual(odd.toSorted());
  });

  it('refuses more than maxTotalBytes before a byte of it', async () => {
    const { ref, receiver } = await share(layers(5));
    await expect(downloadTensors(receiver, ref, { maxTotalBytes: 100 })).rejects.toEqual(failing('total_too_large'));
  });

  it('can be iterated tensor by tensor, and left', async () => {
    const { ref, receiver } = await share(layers(5), { chunkBytes: 512 });
    const seen: string[] = [];
    for await (const [name, tensor] of iterateTensors(receiver, ref)) {
      expect(tensor).toEqual(layers(5).tensors.get(name));
      seen.push(name);
      if (seen.length === 3) break;
    }
    expect(seen).toEqual(['layers.0.w', 'layers.1.w', 'layers.2.w']);
  });

  it('is over for its owner when the loop is left', async () => {
    const { ref, receiver, outcome } = await share(layers(5), { chunkBytes: 512 });
    const tensors = iterateTensors(receiver, ref);
    await tensors.next();
    await tensors.return();
    expect(await outcome()).toMatchObject({ status: 'failed', receivers: [{ status: 'failed' }] });
  });
});

describe('a selection', () => {
  it('brings what patterns and names match, and only its bytes travel', async () => {
    const { ref, receiver, wireBytes } = await share(layers(32));
    const received = await downloadTensors(receiver, ref, { only: ['layers.1.*'] });
    expect(names(received)).toEqual(['layers.1.w']);
    const travelled = await wireBytes();
    expect(travelled).toBeGreaterThanOrEqual(512);
    expect(travelled).toBeLessThan(32 * 512 * 0.4);
  });

  it('is a union in data order; a predicate works on types', async () => {
    const only: StateDictConsumerOptions['only'] = [{ name: 'layers.3.w' }, 'layers.0.*'];
    const first = await share(layers(5));
    expect(names(await downloadTensors(first.receiver, first.ref, { only }))).toEqual(['layers.0.w', 'layers.3.w']);
    const second = await share(layers(5));
    const even = await downloadTensors(second.receiver, second.ref, { only: ({ name }) => /[024]/.test(name) });
    expect(names(even)).toEqual(['layers.0.w', 'layers.2.w', 'layers.4.w']);
  });

  it('brings rows of one tensor', async () => {
    const { ref, receiver } = await share(layers(3));
    const received = await downloadTensors(receiver, ref, { only: [{ name: 'layers.1.w', rows: [2, 5] }] });
    const tensor = received.tensors.get('layers.1.w');
    expect(tensor?.shape).toEqual([3, 16]);
    expect(tensor?.data).toEqual(
      layers(3)
        .tensors.get('layers.1.w')
        ?.data.subarray(2 * 64, 5 * 64),
    );
  });

  it('of nothing fails before a byte; a pattern without match beside others is told', async () => {
    const one = await share(layers(3));
    await expect(downloadTensors(one.receiver, one.ref, { only: ['none.*'] })).rejects.toEqual(
      failing('nothing_selected'),
    );
    const two = await share(layers(3));
    const absent = downloadTensors(two.receiver, two.ref, { only: ['*', { name: 'none' }] });
    await expect(absent).rejects.toEqual(failing('nothing_selected'));
    const three = await share(layers(3));
    const unmatched: string[] = [];
    await downloadTensors(three.receiver, three.ref, {
      only: ['layers.0.*', 'none.*'],
      onUnmatched: (patterns) => void unmatched.push(...patterns),
    });
    expect(unmatched).toEqual(['none.*']);
  });

  it('can be forbidden by the owner', async () => {
    const { ref, receiver } = await share(layers(3), { selection: false });
    await expect(downloadTensors(receiver, ref, { only: ['layers.0.*'] })).rejects.toEqual(
      failing('selection_forbidden'),
    );
  });
});

describe('a delta', () => {
  const changed = (): StateDict => {
    const dict = layers(40);
    dict.tensors.set('layers.7.w', patternTensor('F32', [8, 16], 99));
    return dict;
  };

  it.each(['xxh64', 'sha256'] as const)('brings only what differs from a base, by %s', async (digest) => {
    const { ref, receiver, wireBytes } = await share(changed());
    const received = await downloadTensors(receiver, ref, { base: layers(40), digest });
    expect(writeStateDict(received)).toEqual(writeStateDict(changed()));
    expect(await wireBytes()).toBeLessThan(8000);
  });

  it('takes a tensor of another type or name anew', async () => {
    const base = layers(40);
    base.tensors.set('layers.3.w', patternTensor('I32', [8, 16], 1003));
    base.tensors.delete('layers.4.w');
    const { ref, receiver } = await share(changed());
    const received = await downloadTensors(receiver, ref, { base });
    expect(writeStateDict(received)).toEqual(writeStateDict(changed()));
  });

  it('finds a base that changes meanwhile', async () => {
    const base = layers(40);
    const { ref, receiver } = await share(changed());
    class Meddling extends StateDictConsumer {
      override async start(...args: Parameters<StateDictConsumer['start']>) {
        const begun = await super.start(...args);
        base.tensors.get('layers.0.w')?.data.fill(7);
        return begun;
      }
    }
    await expect(downloadObject(receiver, ref, new Meddling({ base }))).rejects.toEqual(failing('base_changed'));
  });
});

describe('checkMutation', () => {
  it('finds a tensor that was written to while it was shared', async () => {
    const dict = layers(3);
    const { ref, receiver } = await share(dict, { checkMutation: true });
    dict.tensors.get('layers.1.w')?.data.fill(0);
    await expect(downloadTensors(receiver, ref)).rejects.toEqual(failing('source_changed'));
  });
});
