import { type DownloadError, downloadAll, type DownloadAllOptions, type Ref } from '@towline/downloader-core';
import { describe, expect, it } from 'vitest';

import { ChunkList, type ChunkState, Collector } from '../support/objects.ts';
import { World } from '../support/world.ts';

/** A collector that takes a second for each chunk, and tells when it is at work. */
class Slow extends Collector {
  readonly #world: World;
  readonly #working: Set<Slow>;
  readonly #note: (count: number) => void;

  constructor(world: World, working: Set<Slow>, note: (count: number) => void) {
    super();
    this.#world = world;
    this.#working = working;
    this.#note = note;
  }

  override async consume(_data: readonly Uint8Array[], state: ChunkState): Promise<void> {
    this.#working.add(this);
    this.#note(this.#working.size);
    await new Promise<void>((resolve) => this.#world.clock.setTimer(1000, resolve));
    this.#working.delete(this);
    this.received.push(`${state.next}`);
  }
}

function share(world: World, count: number): Ref[] {
  const transaction = world.owner.newTransaction({ timeoutMs: 60_000, receivers: ['a'] });
  return Array.from({ length: count }, (_, index) => transaction.addObject(new ChunkList([`object ${index}`])));
}

const unknown = (index: number): Ref => ({ v: 1, owner: 'owner', refId: `R${index}`, transactionId: 'T1' });

function all(
  world: World,
  refs: readonly Ref[],
  options: DownloadAllOptions = {},
  make = (): Collector => new Collector(),
): Promise<PromiseSettledResult<string>[]> {
  return world.clock.runUntil(downloadAll(world.service('a'), refs, make, options));
}

describe('downloadAll', () => {
  it('L1 gives a result for each ref, in their order', async () => {
    const world = new World();
    const [first, second] = share(world, 2) as [Ref, Ref];
    const results = await all(world, [first, unknown(7), second]);
    expect(results).toEqual([
      { status: 'fulfilled', value: 'object 0' },
      { status: 'rejected', reason: expect.objectContaining({ code: 'unknown_ref', refId: 'R7' }) },
      { status: 'fulfilled', value: 'object 1' },
    ]);
    expect(await world.close()).toBe(0);
  });

  it('L1 of no refs is no result', async () => {
    const world = new World();
    expect(await all(world, [])).toEqual([]);
    expect(await world.close()).toBe(0);
  });

  it.each([
    [undefined, 4, 3000],
    [1, 1, 10_000],
    [100, 10, 1000],
  ])('L1 with a concurrency of %s at most %d run at once', async (concurrency, most, elapsedMs) => {
    const world = new World();
    const working = new Set<Slow>();
    let peak = 0;
    const note = (count: number): void => void (peak = Math.max(peak, count));
    const refs = share(world, 10);
    await all(world, refs, concurrency === undefined ? {} : { concurrency }, () => new Slow(world, working, note));
    expect([peak, world.clock.now()]).toEqual([most, elapsedMs]);
    expect(await world.close()).toBe(0);
  });

  it.each([0, -1, 1.5, Number.NaN])('L1 a concurrency of %d is refused', async (concurrency) => {
    const world = new World();
    await expect(downloadAll(world.service('a'), [], () => new Collector(), { concurrency })).rejects.toMatchObject({
      code: 'invalid_argument',
    });
    expect(await world.close()).toBe(0);
  });

  it('L1 with failFast the first failure aborts the others, those that have not begun, too', async () => {
    const world = new World();
    const [running, waiting] = share(world, 2) as [Ref, Ref];
    const collectors: Collector[] = [];
    const make = (): Collector => {
      const collector = new Slow(world, new Set(), () => {});
      collectors.push(collector);
      return collector;
    };
    const results = await all(world, [running, unknown(1), waiting], { failFast: true, concurrency: 2 }, make);
    const codes = results.map((result) =>
      result.status === 'rejected' ? (result.reason as DownloadError).code : 'none',
    );
    expect(codes).toEqual(['aborted', 'unknown_ref', 'aborted']);
    expect(collectors.map(({ calls }) => calls)).toEqual([
      ['downloadFailed aborted'],
      ['downloadFailed unknown_ref'],
      ['downloadFailed aborted'],
    ]);
    expect(world.clock.now()).toBe(0);
    // A consumer that has begun goes on for that long, whatever becomes of its download.
    await world.clock.advance(1000);
    expect(await world.close()).toBe(0);
  });

  it('L1 its signal aborts them all', async () => {
    const world = new World();
    const control = new AbortController();
    const results = downloadAll(world.service('a'), share(world, 3), () => new Slow(world, new Set(), () => {}), {
      signal: control.signal,
    });
    await world.rest();
    control.abort();
    expect((await results).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    await world.clock.advance(1000);
    expect(await world.close()).toBe(0);
  });

  it('L1 a consumer that cannot be made is a failure of its ref', async () => {
    const world = new World();
    const make = (): Collector => {
      throw new TypeError('no folder');
    };
    expect(await all(world, share(world, 1), {}, make)).toEqual([
      { status: 'rejected', reason: new TypeError('no folder') },
    ]);
    expect(await world.close()).toBe(0);
  });

  it('E7 after the end of the service every download is refused', async () => {
    const world = new World();
    const refs = share(world, 1);
    const service = world.service('a');
    await service.shutdown();
    const results = await downloadAll(service, refs, () => new Collector());
    expect(results).toEqual([
      { status: 'rejected', reason: expect.objectContaining({ code: 'service_closed', side: 'local' }) },
    ]);
    expect(await world.close()).toBe(0);
  });
});
