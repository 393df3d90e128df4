import type { DownloadOptions, ProgressEvent } from '@towline/downloader-core';
import { describe, expect, it } from 'vitest';

import { ChunkList, type ChunkState, Collector } from '../support/objects.ts';
import { RawOwner } from '../support/raw-owner.ts';
import { traceOf, World } from '../support/world.ts';

/** The events of a download, failed or not. */
async function eventsOf(
  world: World,
  ref: Parameters<World['start']>[1],
  options: DownloadOptions = {},
  collector = new Collector(),
): Promise<ProgressEvent[]> {
  const events: ProgressEvent[] = [];
  const running = world.download(world.service('a'), ref, collector, {
    onProgress: (event) => events.push(event),
    ...options,
  });
  await running.catch(() => {});
  return events;
}

const chunksOf = (world: World, chunks: ConstructorParameters<typeof ChunkList>[0]): Parameters<World['start']>[1] =>
  world.owner
    .newTransaction({ transactionId: 'T1', timeoutMs: 60_000, receivers: ['a'] })
    .addObject(new ChunkList(chunks), { refId: 'R1' });

describe('progress of a receiver', () => {
  it('P5 trace: chunks of two items and one, then all', async () => {
    const world = new World();
    const events = await eventsOf(world, chunksOf(world, [['ab', 'cd'], ['ef']]), { progressIntervalMs: 0 });
    expect(events.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4]);
    expect(traceOf(events)).toEqual({
      states: ['started', 'active', 'active', 'completed'],
      bytes: [0, 4, 6, 6],
      items: [undefined, 2, 3, 3],
    });
    expect(await world.close()).toBe(0);
  });

  it('P5 has the fields of the owner’s side less receiverId', async () => {
    const world = new World();
    const events = await eventsOf(world, chunksOf(world, ['ab']), { progressIntervalMs: 0 });
    const common = { transactionId: 'T1', refId: 'R1', timestampMs: Date.UTC(2026, 0, 1) };
    expect(events).toEqual([
      { ...common, sequence: 1, state: 'started', bytesDone: 0 },
      { ...common, sequence: 2, state: 'active', bytesDone: 2, bytesTotal: 2 },
      { ...common, sequence: 3, state: 'completed', bytesDone: 2, bytesTotal: 2, acknowledged: true },
    ]);
    expect(await world.close()).toBe(0);
  });

  it('P6 the interval is 1,000 ms unless said otherwise: a short download has its first and last event only', async () => {
    const world = new World();
    const events = await eventsOf(world, chunksOf(world, ['ab', 'cd', 'ef']));
    expect(traceOf(events)).toMatchObject({ states: ['started', 'completed'], bytes: [0, 6] });
    expect(await world.close()).toBe(0);
  });

  it('P5 active comes no more often than the interval, and only after an advance', async () => {
    class Slow extends Collector {
      readonly #world: World;
      constructor(world: World) {
        super();
        this.#world = world;
      }
      override async consume(data: readonly Uint8Array[], state: ChunkState): Promise<void> {
        await new Promise<void>((resolve) => this.#world.clock.setTimer(400, resolve));
        this.received.push(`${data.length}${state.next}`);
      }
    }
    const world = new World();
    const ref = chunksOf(
      world,
      Array.from({ length: 10 }, () => 'xx'),
    );
    const events = await eventsOf(world, ref, {}, new Slow(world));
    const at = events.map(({ timestampMs }) => timestampMs - Date.UTC(2026, 0, 1));
    expect(at).toEqual([0, 1200, 2400, 3600, 4000]);
    expect(traceOf(events).bytes).toEqual([0, 6, 12, 18, 20]);
    expect(await world.close()).toBe(0);
  });

  it('P5 the terminal event comes after the consumer’s own terminal method', async () => {
    const world = new World();
    const order: string[] = [];
    class Noting extends Collector {
      override downloadCompleted(): string {
        order.push('downloadCompleted');
        return '';
      }
      override downloadFailed(): void {
        order.push('downloadFailed');
      }
    }
    const note = { onProgress: ({ state }: ProgressEvent) => void order.push(state) };
    await eventsOf(world, chunksOf(world, ['ab']), note, new Noting());
    const refused = new RawOwner(world, (raw, pull) => raw.refuse(pull, 'full'), { to: 'b' });
    await world.download(world.service('b'), refused.ref, new Noting(), note).catch(() => {});
    expect(order).toEqual(['started', 'downloadCompleted', 'completed', 'started', 'downloadFailed', 'failed']);
    expect(await world.close()).toBe(0);
  });

  it('P5 W22 a retry is retrying, a failure failed, with the code as the reason: one vocabulary for both sides', async () => {
    const world = new World();
    const owner = new RawOwner(world, (raw, pull) =>
      raw.refuse(pull, pull.header['pullNo'] === 1 ? 'producer_failed' : 'full'),
    );
    const events = await eventsOf(world, owner.ref);
    expect(events.map(({ state, reason }) => [state, reason])).toEqual([
      ['started', undefined],
      ['retrying', 'producer_failed'],
      ['failed', 'full'],
    ]);
    expect(await world.close()).toBe(0);
  });

  it('P6 a callback that throws cannot break a transfer', async () => {
    const world = new World();
    const collector = new Collector();
    await eventsOf(
      world,
      chunksOf(world, ['ab']),
      {
        onProgress: () => {
          throw new Error('no display');
        },
      },
      collector,
    );
    expect(collector.calls).toEqual(['downloadCompleted']);
    expect(world.lines).toContainEqual({ level: 'warn', message: 'onProgress threw: no display' });
    expect(await world.close()).toBe(0);
  });
});
