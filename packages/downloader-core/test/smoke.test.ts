import type { ProgressEvent } from '@towline/downloader-core';
import { describe, expect, it } from 'vitest';

import { ChunkList, Collector, StartingCollector } from './support/objects.ts';
import { traceOf, World } from './support/world.ts';

describe('a transfer', () => {
  it('P3 traces of a two-item chunk that was confirmed', async () => {
    const world = new World();
    const events: ProgressEvent[] = [];
    const transaction = world.owner.newTransaction({
      timeoutMs: 1000,
      receivers: ['a'],
      progressIntervalMs: 0,
      onProgress: (event) => events.push(event),
    });
    const ref = transaction.addObject(new ChunkList([['ab', 'cde']]));
    const outcome = transaction.complete();
    const collector = new Collector();
    expect(await world.download(world.service('a'), ref, collector)).toBe('abcde');
    expect(await world.clock.runUntil(outcome)).toMatchObject({
      status: 'completed',
      end: 'finished',
      goodputBytes: 5,
    });
    expect(traceOf(events)).toEqual({
      states: ['active', 'active', 'completed'],
      bytes: [0, 5, 5],
      items: [undefined, 2, 2],
    });
    expect(await world.close()).toBe(0);
  });

  it('S10 a consumer with start sees the description first', async () => {
    const world = new World();
    const transaction = world.owner.newTransaction({ timeoutMs: 1000, receivers: ['a'] });
    const ref = transaction.addObject(new ChunkList(['ab', 'cd', 'ef']));
    const collector = new StartingCollector({ state: { next: 1 }, resumedBytes: 2 });
    expect(await world.download(world.service('a'), ref, collector)).toBe('cd|ef');
    expect(collector.description).toEqual({ kind: 'chunks', totalBytes: 6 });
    expect(await world.close()).toBe(0);
  });
});
