import type { DownloadOptions, ProduceContext, Produced, Ref } from '@towline/downloader-core';
import type { Fault, FaultFunction } from '@towline/transport-memory';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { unpack } from '../../src/wire/pack.ts';
import { bytesOf, ChunkList, type ChunkState, Collector } from '../support/objects.ts';
import { World } from '../support/world.ts';

/** A fault for the nth message of a kind, each message sent counted. */
function onNth(kind: string, nth: number | readonly number[], fault: Fault): FaultFunction {
  let count = 0;
  return ({ header }) => {
    if (unpack(header)['kind'] !== kind) return undefined;
    count += 1;
    return [nth].flat().includes(count) ? fault : undefined;
  };
}

const texts = ['ab', 'cd', 'ef', 'gh'];

function share(world: World, object = new ChunkList(texts)): Ref {
  return world.owner.newTransaction({ timeoutMs: 60_000, receivers: ['a'] }).addObject(object);
}

async function downloadThrough(
  faults: FaultFunction,
  options: DownloadOptions = {},
): Promise<{ world: World; collector: Collector }> {
  const world = new World({ faults });
  const collector = new Collector();
  expect(await world.download(world.service('a'), share(world), collector, options)).toBe(texts.join('|'));
  return { world, collector };
}

const pulls = (world: World): Readonly<Record<string, unknown>>[] =>
  world.sent.filter(({ kind }) => kind === 'pull').map(({ header }) => header);

describe('damage', () => {
  it('I1 a damaged chunk is never seen by the consumer, and is pulled again at once, past any cache', async () => {
    const { world } = await downloadThrough(onNth('chunk', 2, { kind: 'corrupt' }));
    expect(pulls(world).map(({ refetch }) => refetch)).toEqual([undefined, true]);
    expect(world.clock.now()).toBe(0);
    expect(await world.close()).toBe(0);
  });

  it('I1 the object is told to produce the damaged chunk anew, and only that one', async () => {
    const told: [number, boolean | undefined][] = [];
    class Noting extends ChunkList {
      override produce(
        state: ChunkState | undefined,
        context: ProduceContext,
      ): Produced<ChunkState> | Promise<Produced<ChunkState>> {
        told.push([state?.next ?? 0, context.refetch]);
        return super.produce(state, context);
      }
    }
    const world = new World({ faults: onNth('chunk', 2, { kind: 'corrupt' }) });
    expect(await world.download(world.service('a'), share(world, new Noting(texts)), new Collector())).toBe(
      texts.join('|'),
    );
    const again = told.slice(told.findIndex(([, refetch]) => refetch));
    expect(again).toEqual([
      [1, true],
      [2, undefined],
      [3, undefined],
      [4, undefined],
    ]);
    expect(await world.close()).toBe(0);
  });

  it('I1 the state after a chunk is guarded like its bytes', async () => {
    const { world, collector } = await downloadThrough(onNth('chunk', 1, { kind: 'corrupt', at: 3 }));
    expect(collector.states.map((state) => state['next'])).toEqual([1, 2, 3, 4]);
    expect(await world.close()).toBe(0);
  });

  it('I1 after maxRetries it fails as integrity', async () => {
    const world = new World({
      faults: ({ header }) => (unpack(header)['kind'] === 'chunk' ? { kind: 'corrupt' } : undefined),
    });
    const collector = new Collector();
    const running = world.download(world.service('a'), share(world), collector, { maxRetries: 2 });
    await expect(running).rejects.toMatchObject({ code: 'integrity', side: 'remote', retryable: false });
    expect(collector.received).toEqual([]);
    expect(collector.calls).toEqual(['downloadFailed integrity']);
    expect(pulls(world).map(({ refetch }) => refetch)).toEqual([undefined, true, true]);
    expect(await world.close()).toBe(0);
  });

  it('I1 a damaged pull is a lost one', async () => {
    class Starting extends Collector {
      start(): { state: ChunkState } {
        return { state: { next: 0 } };
      }
    }
    const world = new World({ faults: onNth('pull', 2, { kind: 'corrupt' }) });
    expect(await world.download(world.service('a'), share(world), new Starting())).toBe(texts.join('|'));
    expect(world.lines.map(({ message }) => message)).toContain('a pull of a arrived damaged and was dropped');
    expect(await world.close()).toBe(0);
  });

  it('I1 a damaged description is asked for again', async () => {
    class Starting extends Collector {
      readonly described: unknown[] = [];
      start(description: unknown): void {
        this.described.push(description);
      }
    }
    const world = new World({ faults: onNth('described', 1, { kind: 'corrupt' }) });
    const collector = new Starting();
    expect(await world.download(world.service('a'), share(world), collector)).toBe(texts.join('|'));
    expect(collector.described).toEqual([{ kind: 'chunks', totalBytes: 8 }]);
    expect(await world.close()).toBe(0);
  });
});

describe('loss, repeats and order', () => {
  it('W2 I2 a lost chunk is pulled again at once, from the last consumed one, counted as a retry', async () => {
    const { world } = await downloadThrough(onNth('chunk', 2, { kind: 'drop' }));
    expect(pulls(world).map(({ consumed }) => consumed)).toEqual([{ bytes: 0 }, { bytes: 2 }]);
    expect(world.clock.now()).toBe(0);
    expect(world.lines.map(({ message }) => message)).toContainEqual(expect.stringContaining('retry 1 of 3'));
    expect(await world.close()).toBe(0);
  });

  it('I2 the loss of the last chunk is told by the end', async () => {
    const { world } = await downloadThrough(onNth('chunk', 4, { kind: 'drop' }));
    expect(pulls(world).map(({ consumed }) => consumed)).toEqual([{ bytes: 0 }, { bytes: 6 }]);
    expect(world.clock.now()).toBe(0);
    expect(await world.close()).toBe(0);
  });

  it('I2 the loss of the end is told by time', async () => {
    const { world } = await downloadThrough(onNth('end', 1, { kind: 'drop' }), { requestTimeoutMs: 1000 });
    expect(pulls(world).map(({ consumed }) => consumed)).toEqual([{ bytes: 0 }, { bytes: 8 }]);
    expect(world.clock.now()).toBe(1000 + 2000);
    expect(await world.close()).toBe(0);
  });

  it('I2 pulls tile the object: none brings what was consumed before', async () => {
    const { world, collector } = await downloadThrough(onNth('chunk', [2, 4], { kind: 'cut', delivered: true }));
    expect(collector.received).toEqual(texts);
    expect(await world.close()).toBe(0);
  });

  it('W2 a repeated chunk is dropped', async () => {
    const { world } = await downloadThrough(onNth('chunk', [1, 2, 3, 4], { kind: 'duplicate' }));
    expect(pulls(world)).toHaveLength(1);
    expect(await world.close()).toBe(0);
  });

  it('W2 repeats of any other message do no harm', async () => {
    for (const kind of ['hello', 'pull', 'described', 'end', 'grant', 'confirm', 'confirmed']) {
      const { world } = await downloadThrough(
        ({ header }) => (unpack(header)['kind'] === kind ? { kind: 'duplicate' } : undefined),
        { windowBytes: 2 },
      );
      expect(await world.close()).toBe(0);
    }
  });

  it('W2 a chunk that overtakes another makes a new pull', async () => {
    const { world } = await downloadThrough(onNth('chunk', 2, { kind: 'reorder' }));
    expect(pulls(world)).toHaveLength(2);
    expect(await world.close()).toBe(0);
  });

  it('W2 a lost grant is made good by a new pull', async () => {
    const { world } = await downloadThrough(onNth('grant', 1, { kind: 'drop' }), {
      windowBytes: 2,
      requestTimeoutMs: 1000,
    });
    expect(await world.close()).toBe(0);
  });

  it('S11 chunks of an older pull are dropped', async () => {
    const { world, collector } = await downloadThrough(onNth('chunk', 2, { kind: 'duplicate', afterMs: 5000 }), {
      requestTimeoutMs: 1000,
    });
    await world.clock.advance(10_000);
    expect(collector.received).toEqual(texts);
    expect(await world.close()).toBe(0);
  });
});

describe('large chunks', () => {
  class Large extends ChunkList {
    override readonly maxChunkBytes = 400_000;
  }
  const large = ['x'.repeat(300_000), 'y', 'z'.repeat(131_072)];
  const small = { maxMessageBytes: 131_072 };

  async function downloadLarge(faults: FaultFunction | undefined): Promise<World> {
    const world = new World(faults ? { faults } : {});
    const owner = world.service('small', {}, small);
    const ref = owner.newTransaction({ timeoutMs: 60_000, receivers: ['a'] }).addObject(new Large(large));
    expect(await world.download(world.service('a'), ref, new Collector())).toBe(large.join('|'));
    return world;
  }

  it('W4 go in messages of what the smaller side carries', async () => {
    const world = await downloadLarge(undefined);
    const parts = world.sent
      .filter(({ kind }) => kind === 'chunk')
      .map(({ header }) => (header['body'] as { parts: number }).parts);
    expect(parts).toEqual([3, 3, 3, 1, 2, 2]);
    expect(await world.close()).toBe(0);
  });

  it('W4 W2 come whole through any loss, repeat or reordering of a part, and any damage', async () => {
    const faults = fc.constantFrom<Fault>(
      { kind: 'drop' },
      { kind: 'duplicate' },
      { kind: 'reorder' },
      { kind: 'corrupt' },
    );
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 6 }), faults, async (nth, fault) => {
        const world = await downloadLarge(onNth('chunk', nth, fault));
        expect(await world.close()).toBe(0);
      }),
      { numRuns: 24 },
    );
  });
});

describe('a source that changes', () => {
  it('I3 ends in a returned error for every receiver, at once, without a loop; who was confirmed before stays successful', async () => {
    class Changing extends ChunkList {
      changed = false;
      override produce(state: ChunkState | undefined): Produced<ChunkState> {
        this.calls.push('produce');
        if (this.changed) return { status: 'error', reason: 'the file changed', code: 'source_changed' };
        return state ? { status: 'eof' } : { status: 'ok', data: bytesOf('ab'), state: { next: 1 } };
      }
    }
    const world = new World();
    const transaction = world.owner.newTransaction({ timeoutMs: 60_000, receivers: ['a', 'b', 'c'] });
    const object = new Changing([]);
    const ref = transaction.addObject(object);
    const outcome = transaction.complete();
    await world.download(world.service('a'), ref, new Collector());
    object.changed = true;
    for (const id of ['b', 'c']) {
      const before = object.calls.length;
      const collector = new Collector();
      const running = world.download(world.service(id), ref, collector);
      await expect(running).rejects.toMatchObject({ code: 'source_changed', retryable: false });
      expect(object.calls.filter((call) => call === 'produce').length).toBeLessThanOrEqual(before + 1);
      expect(collector.calls).toEqual(['downloadFailed source_changed']);
    }
    expect(world.clock.now()).toBe(0);
    const { refs } = await world.clock.runUntil(outcome);
    expect(refs[0]?.receivers).toEqual([
      { receiverId: 'a', status: 'success' },
      { receiverId: 'b', status: 'failed', reason: 'source_changed' },
      { receiverId: 'c', status: 'failed', reason: 'source_changed' },
    ]);
    expect(await world.close()).toBe(0);
  });

  it('I4 a failed download never completes its consumer, and lets it clean up once', async () => {
    const world = new World({
      faults: ({ header }) => (unpack(header)['kind'] === 'end' ? { kind: 'drop' } : undefined),
    });
    const collector = new Collector();
    const running = world.download(world.service('a'), share(world), collector, { requestTimeoutMs: 1000 });
    await expect(running).rejects.toMatchObject({ code: 'request_timeout' });
    expect(collector.calls).toEqual(['downloadFailed request_timeout']);
    expect(await world.close()).toBe(0);
  });
});
