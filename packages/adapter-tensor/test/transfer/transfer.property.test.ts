import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transferUnderFaults } from '@towline/conformance/faults';
import { type Consumer, DownloadService, downloadObject, type Ref, type Transaction } from '@towline/downloader-core';
import { MemoryNetwork } from '@towline/transport-memory';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addTensors, StateDictConsumer, type StateDictConsumerOptions } from '../../src/index.ts';
import { addCheckpoint, CheckpointConsumer } from '../../src/node/index.ts';
import { type StateDict, writeStateDict } from '../../src/safetensors/index.ts';
import { loadDigester } from '../../src/transfer/digest.ts';
import { stateDicts } from '../support/arbitraries.ts';

// Loading takes real time, which a fake clock does not see.
await loadDigester('xxh64');

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

/** Downloads without faults on the real clock: disks know no other. */
async function plainly<R>(
  { windowBytes }: How,
  add: (transaction: Transaction) => Promise<Ref>,
  consumer: Consumer<R>,
): Promise<R> {
  const network = new MemoryNetwork();
  const owner = new DownloadService({ transport: network.endpoint('owner') });
  const receiver = new DownloadService({ transport: network.endpoint('receiver') });
  try {
    const ref = await add(owner.newTransaction({ timeoutMs: 60_000, receiverCount: 1 }));
    return await downloadObject(receiver, ref, consumer, { windowBytes });
  } finally {
    await Promise.all([owner.shutdown(), receiver.shutdown()]);
  }
}

function transfer(dict: StateDict, how: How, options: StateDictConsumerOptions = {}): Promise<StateDict> {
  const { chunkBytes } = how;
  const add = (transaction: Transaction): Promise<Ref> => addTensors(transaction, dict, { chunkBytes });
  return transferUnderFaults(add, new StateDictConsumer(options), how);
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

  it('arrives from disk to disk, whole or in a part, on top of a base', async () => {
    const cases = fc.record({ only: fc.option(fc.nat({ max: 255 })), base: fc.option(fc.nat({ max: 255 })) });
    await fc.assert(
      fc.asyncProperty(stateDicts, hows, cases, async (dict, how, { only, base }) => {
        const folder = mkdtempSync(join(tmpdir(), 'towline-property-'));
        const masked = (mask: number): StateDict => part(dict, (_, at) => (mask >> at) % 2 === 1);
        const wanted = only === null ? dict : masked(only);
        const basePath = join(folder, 'base.safetensors');
        writeFileSync(join(folder, 'model.safetensors'), writeStateDict(dict));
        if (base !== null) writeFileSync(basePath, writeStateDict(masked(base)));
        const consumer = new CheckpointConsumer({
          directory: folder,
          name: 'received.safetensors',
          fsync: false,
          whenNothing: 'succeed',
          ...(base === null ? {} : { base: basePath }),
          ...(only === null ? {} : { only: ({ name }: { name: string }) => wanted.tensors.has(name) }),
        });
        const path = join(folder, 'model.safetensors');
        const { chunkBytes } = how;
        const add = (transaction: Transaction): Promise<Ref> => addCheckpoint(transaction, path, { chunkBytes });
        const received = await plainly(how, add, consumer);
        expect(received.written).toBe(only === null || wanted.tensors.size > 0);
        if (received.written) expect(readFileSync(received.path).equals(writeStateDict(wanted))).toBe(true);
        rmSync(folder, { recursive: true });
      }),
      { numRuns: 100 },
    );
  });
});
