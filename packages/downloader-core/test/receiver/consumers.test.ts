import type { Ref, State } from '@towline/downloader-core';
import { describe, expect, it } from 'vitest';

import { unpack } from '../../src/wire/pack.ts';
import { ChunkList, type ChunkState, Collector, StartingCollector, textOf } from '../support/objects.ts';
import { RawOwner } from '../support/raw-owner.ts';
import { World } from '../support/world.ts';

/** A collector that returns what a function makes of each state. */
class Returning extends Collector {
  readonly strict: boolean;
  readonly #next: (state: ChunkState, count: number) => unknown;

  constructor(next: (state: ChunkState, count: number) => unknown, strict = false) {
    super();
    this.#next = next;
    this.strict = strict;
  }

  override consume(data: readonly Uint8Array[], state: ChunkState): ChunkState {
    this.received.push(data.map(textOf).join(''));
    this.states.push(state);
    return this.#next(state, this.received.length) as ChunkState;
  }
}

function share(world: World, chunks: readonly string[]): { object: ChunkList; ref: Ref } {
  const object = new ChunkList(chunks);
  return { object, ref: world.owner.newTransaction({ timeoutMs: 60_000, receivers: ['a'] }).addObject(object) };
}

const pullsOf = (world: World): Readonly<Record<string, unknown>>[] =>
  world.sent.filter(({ kind }) => kind === 'pull').map(({ header }) => header);

describe('a consumer that runs ahead', () => {
  it('L5 S9 returns nothing and has it all in one pull', async () => {
    const world = new World();
    const { ref } = share(world, ['a', 'b', 'c']);
    expect(await world.download(world.service('a'), ref, new Collector())).toBe('a|b|c');
    expect(pullsOf(world)).toHaveLength(1);
    expect(await world.close()).toBe(0);
  });

  it('L5 may return an equal state, in whatever order of keys', async () => {
    const world = new World();
    const owner = new RawOwner(world, (raw, pull) => {
      raw.chunk(pull, 'a', { next: 1, inner: { x: 1, y: [2] } });
      raw.chunk(pull, 'b', { next: 2, inner: { x: 1, y: [2] } });
      raw.end(pull);
    });
    const collector = new Returning(({ next }) => ({ inner: { y: [2], x: 1 }, next }));
    expect(await world.download(world.service('a'), owner.ref, collector)).toBe('a|b');
    expect(owner.pulls).toHaveLength(1);
    expect(await world.close()).toBe(0);
  });

  it('L5 that jumps has what is ahead dropped and goes on there, warned once', async () => {
    const world = new World();
    const { ref } = share(world, ['a', 'b', 'c', 'd', 'e']);
    const collector = new Returning(({ next }) => ({ next: next + 1 }));
    expect(await world.download(world.service('a'), ref, collector)).toBe('a|c|e');
    const warnings = world.lines.filter(({ message }) => message.includes('returned another state'));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]?.level).toBe('warn');
    expect(await world.close()).toBe(0);
  });

  it('L5 that changes the state it was given in place has jumped as well', async () => {
    const world = new World();
    const { ref } = share(world, ['a', 'b', 'c']);
    const collector = new Returning((state) => Object.assign(state, { next: state.next + 1 }));
    expect(await world.download(world.service('a'), ref, collector)).toBe('a|c');
    expect(await world.close()).toBe(0);
  });

  it('L5 can go back, and its bytes count as often as it consumed them', async () => {
    const world = new World();
    const { ref } = share(world, ['aa', 'bb', 'cc']);
    const collector = new Returning(({ next }, count) => (count === 2 ? { next: 0 } : { next }));
    expect(await world.download(world.service('a'), ref, collector)).toBe('aa|bb|aa|bb|cc');
    expect(pullsOf(world).map(({ consumed }) => consumed)).toEqual([{ bytes: 0 }, { bytes: 4 }]);
    expect(await world.close()).toBe(0);
  });
});

describe('a strict consumer', () => {
  it('L5 has its state sent verbatim, with credit of one chunk', async () => {
    const world = new World();
    const bodies: State[] = [];
    const owner = new RawOwner(world, (raw, pull) => {
      if (pull.body.byteLength > 0) bodies.push(unpack(pull.body));
      if (bodies.length === 2) raw.end(pull);
      else raw.chunk(pull, 'x', { next: bodies.length + 1 });
    });
    const own = { note: 'mine', at: 2 ** 45, bytes: Uint8Array.of(1, 2) };
    await world.download(world.service('a'), owner.ref, new Returning((_, count) => (count === 1 ? own : {}), true));
    expect(bodies).toEqual([own, {}]);
    expect(owner.pulls.map(({ header }) => header['credit'])).toEqual(
      owner.pulls.map(() => ({ upToSeq: 1, upToBytes: 2 ** 23 })),
    );
    expect(await world.close()).toBe(0);
  });

  it('L5 has produce called for each state that it returned, and no chunk ahead', async () => {
    const world = new World();
    const { ref, object } = share(world, ['a', 'b', 'c']);
    const order: string[] = [];
    const collector = new Returning((state) => {
      order.push(
        `consumed ${state.next}, produced ${object.calls.filter((call) => call.startsWith('produce')).length}`,
      );
      return state;
    }, true);
    expect(await world.download(world.service('a'), ref, collector)).toBe('a|b|c');
    expect(order).toEqual(['consumed 1, produced 1', 'consumed 2, produced 2', 'consumed 3, produced 3']);
    expect(await world.close()).toBe(0);
  });
});

describe('what a consumer may return', () => {
  const wrong: [string, unknown][] = [
    ['a number', 1],
    ['a text', 'next'],
    ['null', null],
    ['a list', []],
    ['a map', new Map()],
    ['what cannot be encoded', { f: () => {} }],
    ['more than 64 KiB', { text: 'x'.repeat(65_536) }],
  ];

  it.each(wrong)('L5 %s is a consumer failure, strict or not', async (_, value) => {
    for (const strict of [false, true]) {
      const world = new World();
      const { ref, object } = share(world, ['a', 'b']);
      const collector = new Returning(() => value, strict);
      await expect(world.download(world.service('a'), ref, collector)).rejects.toMatchObject({
        code: 'consumer_failed',
        side: 'local',
      });
      expect(collector.calls).toEqual(['downloadFailed consumer_failed']);
      expect(object.callbacks).toContain('downloadedToOne a failed');
      expect(await world.close()).toBe(0);
    }
  });

  it('L5 a strict consumer that returns nothing has failed', async () => {
    const world = new World();
    const { ref } = share(world, ['a', 'b']);
    const running = world.download(world.service('a'), ref, new Returning(() => undefined, true));
    await expect(running).rejects.toMatchObject({ code: 'consumer_failed' });
    expect(await world.close()).toBe(0);
  });

  it('L5 R10 so is a start that returns an unusable state or request', async () => {
    for (const begin of [{ state: 7 }, { request: [] }, { request: { text: 'x'.repeat(2 ** 24) } }]) {
      const world = new World();
      const { ref } = share(world, ['a']);
      const running = world.download(world.service('a'), ref, new StartingCollector(begin as never));
      await expect(running).rejects.toMatchObject({ code: 'consumer_failed' });
      expect(await world.close()).toBe(0);
    }
  });
});

describe('how a consumer begins', () => {
  it('L7 S10 from the beginning, or from a state with what is here already', async () => {
    const world = new World();
    const { ref, object } = share(world, ['ab', 'cd', 'ef']);
    const events: unknown[] = [];
    const collector = new StartingCollector({ state: { next: 2 }, resumedBytes: 4, resumedItems: 1 });
    const onProgress = ({
      bytesDone,
      resumedBytes,
      itemsDone,
    }: {
      bytesDone: number;
      resumedBytes?: number;
      itemsDone?: number;
    }): void => void events.push([bytesDone, resumedBytes, itemsDone]);
    expect(await world.download(world.service('a'), ref, collector, { onProgress })).toBe('ef');
    expect(events.at(-1)).toEqual([6, 4, 1]);
    expect(object.calls.filter((call) => call.startsWith('produce'))).toEqual(['produce 2', 'produce 3']);
    expect(await world.close()).toBe(0);
  });

  it('S10 at the beginning with the chunks of its first pull, when it says that start only looks', async () => {
    const world = new World();
    const { ref, object } = share(world, ['ab', 'cd', 'ef']);
    const collector = Object.assign(new StartingCollector(), { startsAtBeginning: true });
    expect(await world.download(world.service('a'), ref, collector, { windowBytes: 2 })).toBe('ab|cd|ef');
    expect(collector.description).toMatchObject({ kind: 'chunks', totalBytes: 6 });
    expect(world.kinds('a').filter((kind) => kind === 'pull')).toHaveLength(1);
    expect(object.calls.filter((call) => call.startsWith('produce'))).toHaveLength(4);
    expect(await world.close()).toBe(0);
  });

  it('S10 elsewhere all the same when start says so: what came with the description is dropped', async () => {
    const world = new World();
    const { ref } = share(world, ['ab', 'cd', 'ef']);
    const collector = Object.assign(new StartingCollector({ state: { next: 2 }, resumedBytes: 4 }), {
      startsAtBeginning: true,
    });
    expect(await world.download(world.service('a'), ref, collector)).toBe('ef');
    expect(world.kinds('a').filter((kind) => kind === 'pull')).toHaveLength(2);
    expect(await world.close()).toBe(0);
  });

  it('S10 M3 no more than a window comes while start runs, and nothing of it reaches a consumer whose start throws', async () => {
    const world = new World();
    const { ref, object } = share(world, ['ab', 'cd', 'ef', 'gh']);
    const collector = new (class extends Collector {
      readonly startsAtBeginning = true;
      async start(): Promise<never> {
        await new Promise<void>((resolve) => world.clock.setTimer(1000, resolve));
        throw new Error('no room');
      }
    })();
    const running = world.download(world.service('a'), ref, collector, { windowBytes: 4 });
    await expect(running).rejects.toMatchObject({ code: 'consumer_failed' });
    expect(object.calls.filter((call) => call.startsWith('produce'))).toEqual(['produce 0', 'produce 1']);
    expect(collector.received).toEqual([]);
    expect(await world.close()).toBe(0);
  });

  it('S10 L2 a description that was lost is asked for again, with its chunks', async () => {
    let lost = 0;
    const world: World = new World({
      faults: () => (world.sent.at(-1)?.kind === 'described' && (lost += 1) === 1 ? { kind: 'drop' } : undefined),
    });
    const { ref } = share(world, ['ab', 'cd']);
    const collector = Object.assign(new StartingCollector(), { startsAtBeginning: true });
    expect(await world.download(world.service('a'), ref, collector)).toBe('ab|cd');
    expect(collector.description).toBeDefined();
    expect(await world.close()).toBe(0);
  });

  it('R10 its request goes with the next pull, once, and again when the owner does not know it', async () => {
    const world = new World();
    let forgotten = true;
    const owner = new RawOwner(world, (raw, pull) => {
      const { request, pullNo } = pull.header;
      if (pullNo === 1) return raw.describeWhole(pull, {});
      if (pullNo === 2) {
        raw.describe(pull, { totalBytes: 1 });
        return raw.refuse(pull, 'request_unknown');
      }
      expect(request).toBeDefined();
      if (forgotten) {
        forgotten = false;
        return raw.refuse(pull, 'producer_failed');
      }
      raw.chunk(pull, 'x', { next: 1 });
      raw.end(pull);
    });
    const collector = new StartingCollector({ request: { only: ['x'] } });
    expect(await world.download(world.service('a'), owner.ref, collector)).toBe('x');
    expect(owner.pulls.map(({ body }) => body.byteLength > 0)).toEqual([false, true, true, true]);
    expect(await world.close()).toBe(0);
  });

  it('R10 an owner that never knows the request is no endless loop', async () => {
    const world = new World();
    const owner = new RawOwner(world, (raw, pull) => {
      if (pull.header['pullNo'] === 1) return raw.describeWhole(pull, {});
      raw.describe(pull);
      return raw.refuse(pull, 'request_unknown');
    });
    const running = world.download(world.service('a'), owner.ref, new StartingCollector({ request: {} }));
    await expect(running).rejects.toMatchObject({ code: 'request_unknown' });
    expect(owner.pulls).toHaveLength(1 + 2 + 3);
    expect(await world.close()).toBe(0);
  });
});
