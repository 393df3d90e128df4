import { type DownloadOptions, DownloadService, loadHasher } from '@towline/downloader-core';
import { ManualClock, MemoryNetwork, seededRandom } from '@towline/transport-memory';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addTensors, downloadTensors, type StateDictConsumerOptions } from '../../src/index.ts';
import { type StateDict, writeStateDict } from '../../src/safetensors/index.ts';
import { loadDigester } from '../../src/transfer/digest.ts';
import { stateDicts } from '../support/arbitraries.ts';

// Loading takes real time, which a fake clock does not see.
await Promise.all([loadHasher(), loadDigester('xxh64')]);

interface How {
  readonly chunkBytes: number;
  readonly windowBytes: number;
  readonly seed: number;
  /** The probability of each kind of fault for a message. */
  readonly heat: number;
}

const hows: fc.Arbitrary<How> = fc.record({
  chunkBytes: fc.integer({ min: 1, max: 400 }),
  windowBytes: fc.integer({ min: 1, max: 2000 }),
  seed: fc.nat(),
  heat: fc.constantFrom(0, 0.01, 0.03),
});

/** Downloads a dict over a network with faults, which end after some: then it has to arrive. */
async function transfer(
  dict: StateDict,
  { chunkBytes, windowBytes, seed, heat }: How,
  options: StateDictConsumerOptions = {},
): Promise<StateDict> {
  const clock = new ManualClock();
  const random = seededRandom(seed);
  const kinds = { drop: heat, delay: heat, duplicate: heat, reorder: heat, corrupt: heat, cut: heat / 2 };
  const network = new MemoryNetwork({ clock, seed, faults: { probabilities: kinds, maxFaults: 20 } });
  const [owner, receiver] = ['owner', 'receiver'].map(
    (id) => new DownloadService({ transport: network.endpoint(id), clock, random }),
  ) as [DownloadService, DownloadService];
  const transaction = owner.newTransaction({
    timeoutMs: 10_000_000,
    receiverIdleTimeoutMs: 1_000_000,
    receiverCount: 1,
  });
  const patience: DownloadOptions = { windowBytes, maxRetries: 100 };
  try {
    const ref = await addTensors(transaction, dict, { chunkBytes });
    return await clock.runUntil(downloadTensors(receiver, ref, { ...options, ...patience }));
  } finally {
    await clock.runUntil(Promise.all([owner.shutdown(), receiver.shutdown()]));
  }
}

/** The dict with only these tensors. */
const part = ({ tensors, metadata }: StateDict, keep: (name: string, at: number) => boolean): StateDict => ({
  tensors: new Map([...tensors].filter(([name], at) => keep(name, at))),
  metadata,
});

describe('any state dict', () => {
  it('arrives as it was, at any chunk size and window, under faults', async () => {
    await fc.assert(
      fc.asyncProperty(stateDicts, hows, async (dict, how) => {
        expect(writeStateDict(await transfer(dict, how))).toEqual(writeStateDict(dict));
      }),
      { numRuns: 100 },
    );
  });

  it('arrives in the part that was selected', async () => {
    await fc.assert(
      fc.asyncProperty(stateDicts, hows, fc.nat({ max: 255 }), async (dict, how, mask) => {
        const wanted = part(dict, (_, at) => (mask >> at) % 2 === 1);
        const only = ({ name }: { name: string }): boolean => wanted.tensors.has(name);
        const received = await transfer(dict, how, { only, whenNothing: 'succeed' });
        expect(writeStateDict(received)).toEqual(writeStateDict(wanted));
      }),
      { numRuns: 100 },
    );
  });

  it('arrives on top of a base that has a part of it', async () => {
    await fc.assert(
      fc.asyncProperty(stateDicts, hows, fc.nat({ max: 255 }), async (dict, how, mask) => {
        const base = part(dict, (_, at) => (mask >> at) % 2 === 1);
        expect(writeStateDict(await transfer(dict, how, { base }))).toEqual(writeStateDict(dict));
      }),
      { numRuns: 100 },
    );
  });
});
