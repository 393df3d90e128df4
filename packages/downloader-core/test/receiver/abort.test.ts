import type { ConsumeContext, Description, DownloadError, StartResult } from '@towline/downloader-core';
import { describe, expect, it } from 'vitest';

import { type Deferred, deferred } from '../../src/base/deferred.ts';
import { ChunkList, type ChunkState, Collector } from '../support/objects.ts';
import { RawOwner } from '../support/raw-owner.ts';
import { World } from '../support/world.ts';

/** A collector that holds still at one of its methods until it is told to go on. */
class Holding extends Collector {
  readonly gate: Deferred<void> = deferred<void>();
  readonly reached: Deferred<void> = deferred<void>();
  readonly signals: AbortSignal[] = [];
  readonly #at: string;
  readonly start?: (description: Description, context: ConsumeContext) => Promise<StartResult<ChunkState> | undefined>;

  constructor(at: 'start' | 'consume' | 'downloadCompleted') {
    super();
    this.#at = at;
    if (at === 'start') {
      this.start = async (_, { signal }) => {
        await this.#hold('start', signal);
        return undefined;
      };
    }
  }

  override async consume(data: readonly Uint8Array[], state: ChunkState, context: ConsumeContext): Promise<void> {
    await this.#hold('consume', context.signal);
    await super.consume(data, state, context);
  }

  override async downloadCompleted(): Promise<string> {
    await this.#hold('downloadCompleted');
    return super.downloadCompleted();
  }

  async #hold(at: string, signal?: AbortSignal): Promise<void> {
    if (at !== this.#at) return;
    if (signal) this.signals.push(signal);
    this.reached.resolve();
    await this.gate.promise;
  }
}

interface Aborted {
  readonly world: World;
  readonly collector: Collector;
  readonly error: DownloadError;
  readonly states: string[];
  readonly elapsedMs: number;
}

/** Starts a download, lets `until` come about, aborts, and expects the failure at once. */
async function abortAt(
  world: World,
  collector: Collector,
  until: (world: World) => Promise<unknown>,
  ref = world.owner.newTransaction({ timeoutMs: 60_000, receivers: ['a'] }).addObject(new ChunkList(['ab', 'cd'])),
): Promise<Aborted> {
  const control = new AbortController();
  const states: string[] = [];
  const running = world.start(world.service('a'), ref, collector, {
    signal: control.signal,
    progressIntervalMs: 0,
    onProgress: ({ state }) => states.push(state),
  });
  await until(world);
  const abortedMs = world.clock.now();
  control.abort(new Error('enough'));
  await world.rest();
  const error: unknown = await Promise.race([running, Promise.resolve('still running')]).catch(
    (thrown: unknown) => thrown,
  );
  return { world, collector, error: error as DownloadError, states, elapsedMs: world.clock.now() - abortedMs };
}

async function expectAborted({ world, collector, error, states, elapsedMs }: Aborted): Promise<void> {
  expect(error).toMatchObject({ code: 'aborted', side: 'local', retryable: false, cause: { message: 'enough' } });
  expect(elapsedMs).toBe(0);
  expect(collector.calls).toEqual(['downloadFailed aborted']);
  expect(states.at(-1)).toBe('aborted');
  expect(world.sent.filter(({ kind }) => kind === 'confirm')).toEqual([]);
  expect(await world.close()).toBe(0);
}

describe('abort', () => {
  it('L4 an aborted signal sends nothing at all', async () => {
    const world = new World();
    await expectAborted(await abortAt(world, new Collector(), async () => {}, undefined));
    const control = new AbortController();
    control.abort(new Error('enough'));
    const other = new World();
    const ref = other.owner.newTransaction({ timeoutMs: 60_000, receivers: ['a'] }).addObject(new ChunkList(['ab']));
    const service = other.service('a');
    await other.download(service, ref, new Collector());
    const before = other.sent.length;
    const collector = new Collector();
    const second = other.owner.newTransaction({ timeoutMs: 60_000, receivers: ['a'] }).addObject(new ChunkList(['ab']));
    await expect(other.download(service, second, collector, { signal: control.signal })).rejects.toMatchObject({
      code: 'aborted',
    });
    expect(collector.calls).toEqual(['downloadFailed aborted']);
    expect(other.sent.length).toBe(before);
    expect(await other.close()).toBe(0);
  });

  it('L4 ends the wait for a greeting', async () => {
    const world = new World({ faults: () => ({ kind: 'drop' }) });
    await expectAborted(await abortAt(world, new Collector(), (w) => w.clock.advance(100)));
  });

  it('L4 ends the wait for the first answer', async () => {
    const world = new World();
    const silent = new RawOwner(world, () => {});
    await expectAborted(await abortAt(world, new Collector(), (w) => w.clock.advance(100), silent.ref));
    expect(silent.peer.last('cancel')?.header).toMatchObject({ code: 'aborted', final: false });
  });

  it('L4 ends the wait between two chunks', async () => {
    const world = new World();
    const slow = new RawOwner(world, (raw, pull) => raw.chunk(pull, 'ab', { next: 1 }));
    const aborted = await abortAt(world, new Collector(), (w) => w.clock.advance(100), slow.ref);
    expect(aborted.collector.received).toEqual(['ab']);
    await expectAborted(aborted);
  });

  it('L4 W17 ends the back-off', async () => {
    const world = new World();
    const failing = new RawOwner(world, (raw, pull) => raw.refuse(pull, 'producer_failed'));
    const aborted = await abortAt(world, new Collector(), (w) => w.clock.advance(1000), failing.ref);
    expect(aborted.states).toEqual(['started', 'retrying', 'aborted']);
    await expectAborted(aborted);
    expect(failing.pulls).toHaveLength(1);
  });

  it.each(['start', 'consume'] as const)('L4 ends the wait for %s, whose signal aborts, too', async (method) => {
    const world = new World();
    const collector = new Holding(method);
    const aborted = await abortAt(world, collector, () => collector.reached.promise);
    expect(collector.signals[0]?.aborted).toBe(true);
    await expectAborted(aborted);
    collector.gate.resolve();
    await world.rest();
    expect(collector.calls).toEqual(['downloadFailed aborted']);
  });

  it('L4 a consumer that throws because its signal aborted was aborted', async () => {
    class Obedient extends Collector {
      override consume(_data: readonly Uint8Array[], _state: ChunkState, { signal }: ConsumeContext): Promise<void> {
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('stopped reading'))));
      }
    }
    await expectAborted(await abortAt(new World(), new Obedient(), (w) => w.rest()));
  });

  it('L4 W18 once downloadCompleted was called its result decides, and the owner is told', async () => {
    const world = new World();
    const transaction = world.owner.newTransaction({ timeoutMs: 60_000, receivers: ['a'] });
    const ref = transaction.addObject(new ChunkList(['ab']));
    const outcome = transaction.complete();
    const collector = new Holding('downloadCompleted');
    const control = new AbortController();
    const acknowledged: unknown[] = [];
    const running = world.start(world.service('a'), ref, collector, {
      signal: control.signal,
      onProgress: (event) => acknowledged.push(event.acknowledged),
    });
    await collector.reached.promise;
    control.abort();
    await world.rest();
    collector.gate.resolve();
    expect(await running).toBe('ab');
    expect(acknowledged.at(-1)).toBe(false);
    expect(collector.calls).toEqual(['downloadCompleted']);
    expect(await world.clock.runUntil(outcome)).toMatchObject({ status: 'completed' });
    expect(await world.close()).toBe(0);
  });

  it('L4 ends the wait for the acknowledgement, at once', async () => {
    const world = new World();
    const deaf = new RawOwner(world, (raw, pull) => raw.end(pull));
    deaf.confirms = false;
    const control = new AbortController();
    const running = world.start(world.service('a'), deaf.ref, new Collector(), { signal: control.signal });
    await world.clock.advance(1000);
    control.abort();
    await world.rest();
    await expect(Promise.race([running, Promise.resolve('still running')])).resolves.toBe('');
    expect(deaf.peer.all('confirm')).toHaveLength(1);
    expect(await world.close()).toBe(0);
  });

  it('D6 an abort is told as one that may come back, unless it may not; a new download then goes on', async () => {
    const world = new World();
    const slow = new RawOwner(world, (raw, pull) => raw.chunk(pull, 'ab', { next: 1 }));
    const service = world.service('a');
    for (const resumable of [undefined, true, false]) {
      const control = new AbortController();
      const options = resumable === undefined ? {} : { resumable };
      const running = world.start(service, slow.ref, new Collector(), { signal: control.signal, ...options });
      await world.rest();
      control.abort();
      await expect(running).rejects.toMatchObject({ code: 'aborted' });
      await world.rest();
    }
    expect(slow.peer.all('cancel').map(({ header }) => header['final'])).toEqual([false, false, true]);
    expect(await world.close()).toBe(0);
  });

  it('E7 the end of the service ends its downloads, as service_closed, with nothing left behind', async () => {
    const world = new World();
    const slow = new RawOwner(world, (raw, pull) => raw.chunk(pull, 'ab', { next: 1 }));
    const service = world.service('a');
    const collector = new Collector();
    const running = world.start(service, slow.ref, collector);
    await world.rest();
    await service.shutdown();
    await expect(running).rejects.toMatchObject({ code: 'service_closed' });
    expect(collector.calls).toEqual(['downloadFailed service_closed']);
    expect(slow.peer.last('cancel')?.header).toMatchObject({ code: 'service_closed', final: false });
    expect(service.stats().downloads).toBe(0);
    expect(await world.close()).toBe(0);
  });
});
