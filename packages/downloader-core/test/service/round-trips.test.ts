import { DownloadError, type StartResult } from '@towline/downloader-core';
import { describe, expect, it } from 'vitest';

import { ChunkList, Collector } from '../support/objects.ts';
import { RawOwner } from '../support/raw-owner.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { World } from '../support/world.ts';

const oneWayMs = 25;

/** A world in which each message takes half of a round trip of 50 ms, in order. */
function farWorld({ lossy = false }: { lossy?: boolean } = {}): World {
  return new World({ faults: () => ({ kind: 'delay', delayMs: oneWayMs }), lossy });
}

/** Notes when its first chunk came. */
class Timed extends Collector {
  firstMs: number | undefined;
  readonly #world: World;

  constructor(world: World) {
    super();
    this.#world = world;
  }

  override consume(...args: Parameters<Collector['consume']>): ReturnType<Collector['consume']> {
    this.firstMs ??= this.#world.clock.now();
    return super.consume(...args);
  }
}

/** The same with a look at the description first. */
class Starting extends Timed {
  start(): StartResult {
    return {};
  }
}

/** How many round trips pass before the first chunk is there. */
async function roundTrips(world: World, consumer: Timed): Promise<number> {
  const ref = world.owner.newTransaction({ timeoutMs: 60_000, receivers: ['a'] }).addObject(new ChunkList(['ab']));
  expect(await world.download(world.service('a'), ref, consumer)).toBe('ab');
  expect(await world.close()).toBe(0);
  return (consumer.firstMs ?? Infinity) / (2 * oneWayMs);
}

describe('round trips before the first chunk', () => {
  it('W5 one: the pull follows the greeting', async () => {
    const world = farWorld();
    expect(await roundTrips(world, new Timed(world))).toBe(1);
    expect(world.kinds('a').slice(0, 2)).toEqual(['hello', 'pull']);
    expect(world.kinds('owner').slice(0, 2)).toEqual(['hello', 'described']);
  });

  it('W5 S10 two for a consumer that looks at the description first', async () => {
    const world = farWorld();
    expect(await roundTrips(world, new Starting(world))).toBe(2);
  });

  it('W5 S10 one when it says that it only looks', async () => {
    const world = farWorld();
    expect(await roundTrips(world, Object.assign(new Starting(world), { startsAtBeginning: true }))).toBe(1);
  });

  it('W5 one more where a greeting can be lost: nothing follows it before it is answered', async () => {
    const world = farWorld({ lossy: true });
    expect(await roundTrips(world, new Timed(world))).toBe(2);
  });
});

describe('what follows a greeting', () => {
  it('W5 is not read by a peer without a common version, and not answered with another greeting', async () => {
    const world = new World();
    const object = new ChunkList(['ab']);
    const ref = world.owner.newTransaction({ timeoutMs: 60_000, receiverCount: 1 }).addObject(object);
    const peer = new RawPeer(world.network, 'raw');
    await Promise.allSettled([peer.say(peer.hello({ majors: [2] })), peer.sayPull(ref)]);
    expect(peer.received.map(({ kind }) => kind)).toEqual(['bye']);
    expect(object.calls.filter((call) => call.startsWith('produce'))).toEqual([]);
    expect(await world.close()).toBe(0);
  });

  it('W4 is one message that every side takes: a larger one waits for the limits of the peer', async () => {
    const world = new World();
    const owner = new RawOwner(world, (raw, pull) => {
      if (pull.header['pullNo'] === 1) return raw.describeWhole(pull, {});
      raw.chunk(pull, 'ab', { next: 1 });
      raw.end(pull);
    });
    const consumer = new (class extends Collector {
      start(): StartResult {
        world.network.cut('raw', 'a');
        return { request: { names: 'x'.repeat(200_000) } };
      }
    })();
    expect(await world.download(world.service('a'), owner.ref, consumer)).toBe('ab');
    const greetings = world.sent.map(({ from, kind }) => `${from} ${kind}`).filter((said) => /hello|pull/.test(said));
    expect(greetings).toEqual(['a hello', 'a pull', 'raw hello', 'a hello', 'raw hello', 'a pull']);
    expect(await world.close()).toBe(0);
  });

  it('D6 W5 is taken back by a cancel, also before the greeting is answered', async () => {
    const world = new World();
    const mute = new RawPeer(world.network, 'mute', { to: 'a' });
    const controller = new AbortController();
    const ref = { v: 1, owner: 'mute', refId: 'R1', transactionId: 'T1' } as const;
    const running = world.start(world.service('a'), ref, new Collector(), { signal: controller.signal });
    await world.rest();
    controller.abort();
    await expect(world.clock.runUntil(running)).rejects.toThrow(DownloadError);
    expect(mute.received.map(({ kind }) => kind)).toEqual(['hello', 'pull', 'cancel']);
    expect(await world.close()).toBe(0);
  });
});
