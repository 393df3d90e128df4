import fc from 'fast-check';
import { ManualClock, MemoryNetwork, seededRandom } from '@towline/transport-memory';
import { DownloadService, downloadObject, loadHasher, type ProducedChunk } from '@towline/downloader-core';
import {
  ItemConsumer,
  ItemDownloadable,
  type ItemDownloadableOptions,
  type ItemState,
  listSink,
} from '@towline/downloader-core/spi';
import { describe, expect, it } from 'vitest';
import { chunkOf, context } from '../support/item-calls.ts';

// Loading takes real time, which a fake clock does not see.
await loadHasher();

const bytes = fc
  .integer({ min: 0, max: 60 })
  .map((size) => Uint8Array.from({ length: size }, (_, at) => (size * 7 + at * 31) & 255));
const items = fc.array(fc.oneof(bytes, bytes, fc.constant(new Uint8Array(0))), { maxLength: 40 });
const hows = fc.record({
  chunkBytes: fc.integer({ min: 1, max: 100 }),
  windowBytes: fc.integer({ min: 1, max: 400 }),
  readAhead: fc.integer({ min: 0, max: 5 }),
  /** Which items take their time, by place. */
  slow: fc.func(fc.boolean()),
  receivers: fc.integer({ min: 1, max: 3 }),
  seed: fc.nat(),
  /** The probability of each kind of fault for a message. */
  heat: fc.constantFrom(0, 0.01, 0.03),
});
type How = typeof hows extends fc.Arbitrary<infer H> ? H : never;

const source = (
  list: readonly Uint8Array[],
  { chunkBytes, readAhead, slow }: How,
): ItemDownloadableOptions<Uint8Array> => ({
  kind: 'bytes',
  items: {
    count: list.length,
    item: (index) => {
      const item = list[index] ?? new Uint8Array(0);
      return slow(index) ? Promise.resolve(item) : item;
    },
  },
  encode: (item, index) => (slow(-index) ? Promise.resolve(item) : item),
  chunkBytes,
  readAhead,
});

const taking = () =>
  new ItemConsumer<Uint8Array, Uint8Array[]>({ kind: 'bytes', decode: (item) => item.slice(), sink: listSink() });

/** Downloads by all receivers at once, over a network whose faults end after some: then it has to arrive. */
async function received(list: readonly Uint8Array[], how: How): Promise<Uint8Array[][]> {
  const { windowBytes, receivers, seed, heat } = how;
  const clock = new ManualClock();
  const random = seededRandom(seed);
  const probabilities = { drop: heat, delay: heat, duplicate: heat, reorder: heat, corrupt: heat, cut: heat / 2 };
  const network = new MemoryNetwork({ clock, seed, faults: { probabilities, maxFaults: 20 } });
  const service = (id: string): DownloadService =>
    new DownloadService({ transport: network.endpoint(id), clock, random });
  const owner = service('owner');
  const services = Array.from({ length: receivers }, (_, at) => service(`r${at}`));
  const limits = { timeoutMs: 10_000_000, receiverIdleTimeoutMs: 1_000_000, receiverCount: receivers };
  const ref = owner.newTransaction(limits).addObject(new ItemDownloadable(source(list, how)));
  const downloads = services.map((one) => downloadObject(one, ref, taking(), { windowBytes, maxRetries: 100 }));
  try {
    return await clock.runUntil(Promise.all(downloads));
  } finally {
    await clock.runUntil(Promise.all([owner, ...services].map((one) => one.shutdown())));
  }
}

describe('any items', () => {
  it('W2 arrive as they are, at any chunk size and window, under faults, whatever takes its time', async () => {
    await fc.assert(
      fc.asyncProperty(items, hows, async (list, how) => {
        expect(await received(list, how)).toEqual(Array.from({ length: how.receivers }, () => list));
      }),
      { numRuns: 200 },
    );
  });

  it('S3 S7 have the same chunks in any order, several at a time, from another object too, and tile the items', async () => {
    await fc.assert(
      fc.asyncProperty(items, hows, fc.infiniteStream(fc.nat()), async (list, how, draws) => {
        const { chunkBytes } = how;
        const object = new ItemDownloadable(source(list, how));
        const chunks: { readonly state: ItemState | undefined; readonly chunk: ProducedChunk<ItemState> }[] = [];
        for (let state: ItemState | undefined; ;) {
          const produced = await object.produce(state, context());
          if (produced.status === 'eof') break;
          const chunk = chunkOf(produced);
          chunks.push({ state, chunk });
          state = chunk.state;
        }
        const other = new ItemDownloadable({ ...source(list, { ...how, slow: () => true }), readAhead: 3 });
        const picked = Array.from({ length: 2 * chunks.length }, () => chunks[draws.next().value % chunks.length]);
        await Promise.all(
          picked.map(async (one, at) => {
            const again = await (at % 2 === 0 ? object : other).produce(one?.state, context());
            expect(again).toEqual(one?.chunk);
          }),
        );
        const arrays = chunks.flatMap(({ chunk }) => chunk.data);
        const sizeOf = (parts: readonly Uint8Array[]): number =>
          parts.reduce((sum, { byteLength }) => sum + byteLength, 0);
        expect(sizeOf(arrays)).toBe(sizeOf(list));
        for (const { chunk } of chunks) expect(sizeOf([chunk.data].flat())).toBeLessThanOrEqual(chunkBytes);
        expect(chunks.reduce((sum, { chunk }) => sum + (chunk.items ?? Number.NaN), 0)).toBe(list.length);
      }),
      { numRuns: 200 },
    );
  });
});
