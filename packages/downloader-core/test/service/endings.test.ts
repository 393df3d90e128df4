import type { ProgressEvent, Transaction } from '@towline/downloader-core';
import { describe, expect, it } from 'vitest';

import { deferred } from '../../src/base/deferred.ts';
import { ChunkList, Collector, type ChunkState } from '../support/objects.ts';
import { traceOf, World } from '../support/world.ts';

/** A collector that holds every chunk until it is let go. */
class Holding extends Collector {
  readonly #gate = deferred<void>();

  letGo(): void {
    this.#gate.resolve();
  }

  override async consume(data: readonly Uint8Array[], state: ChunkState): Promise<void> {
    await this.#gate.promise;
    this.received.push(data.map((bytes) => new TextDecoder().decode(bytes)).join(''));
    this.states.push(state);
  }
}

describe('how a transaction ends', () => {
  it('T6 finishes only when sealed, and adding to a sealed one throws', async () => {
    const world = new World();
    const transaction = world.owner.newTransaction({ timeoutMs: 1000, receivers: ['a'] });
    const ref = transaction.addObject(new ChunkList(['ab']));
    await world.download(world.service('a'), ref, new Collector());
    expect(world.owner.transaction(transaction.transactionId)).toBeDefined();
    const outcome = transaction.complete();
    expect(() => transaction.addObject(new ChunkList([]))).toThrow(
      expect.objectContaining({ code: 'transaction_ended' }),
    );
    expect(await outcome).toMatchObject({ status: 'completed', end: 'finished' });

    const sealed = world.owner.newTransaction({ timeoutMs: 1000, receivers: ['a'] });
    sealed.addObject(new ChunkList([]));
    void sealed.complete();
    expect(() => sealed.addObject(new ChunkList([]))).toThrow(expect.objectContaining({ code: 'transaction_sealed' }));
    expect(await world.close()).toBe(0);
  });

  it('T6 an unsealed one that times out with every ref final says so in its log line', async () => {
    const world = new World();
    const transaction = world.owner.newTransaction({ timeoutMs: 1000, receivers: ['a'] });
    const ref = transaction.addObject(new ChunkList(['ab']));
    await world.download(world.service('a'), ref, new Collector());
    await world.clock.advance(2000);
    // All that was delivered counts, however it ended.
    expect(await transaction.outcome).toMatchObject({ status: 'completed', end: 'timeout' });
    expect(world.lines.map(({ message }) => message).join('\n')).toContain('complete() was never called');
  });

  it('E1 is alive at exactly timeoutMs and ended just after', async () => {
    const world = new World();
    const transaction = world.owner.newTransaction({ timeoutMs: 1000, receiverCount: 1 });
    await world.clock.advance(1000);
    expect(world.owner.transaction(transaction.transactionId)).toBeDefined();
    await world.clock.advance(1);
    expect(await transaction.outcome).toMatchObject({ status: 'failed', reason: 'timeout', end: 'timeout' });
  });

  it('E2 finishing is noticed in the same turn as the last final status', async () => {
    const world = new World();
    const transaction = world.owner.newTransaction({ timeoutMs: 60_000, receivers: ['a'] });
    const ref = transaction.addObject(new ChunkList(['ab']));
    void transaction.complete();
    const before = world.clock.now();
    void world.start(world.service('a'), ref, new Collector());
    await world.rest();
    // No timer has run: time stands still.
    expect(await transaction.outcome).toMatchObject({ end: 'finished' });
    expect(world.clock.now()).toBe(before);
  });

  it('E3 settles in order: done on each object, the transaction’s callbacks, release on each object, the outcome last', async () => {
    const world = new World();
    const order: string[] = [];
    const objects = ['one', 'two'].map((name) => {
      const object = new ChunkList([name]);
      object.transactionDone = (_id, end) => void order.push(`${name} done ${end}`);
      object.release = () => void order.push(`${name} released`);
      return object;
    });
    const transaction = world.owner.newTransaction({
      timeoutMs: 1000,
      receivers: ['a'],
      onDone: ({ baseObjects }) =>
        void order.push(
          `onDone ${baseObjects.length === 2 && baseObjects.every((base, index) => base === objects[index])}`,
        ),
      onOutcome: ({ status }) => void order.push(`onOutcome ${status}`),
    });
    for (const object of objects) transaction.addObject(object);
    void transaction.delete();
    void transaction.outcome.then(() => order.push('outcome'));
    await world.rest();
    expect(order).toEqual([
      'one done deleted',
      'two done deleted',
      'onDone true',
      'onOutcome aborted',
      'one released',
      'two released',
      'outcome',
    ]);
  });

  it('E4 callbacks that throw, reject or hang change nothing else, and release always runs', async () => {
    const world = new World();
    const object = new ChunkList(['ab']);
    object.downloadedToOne = () => {
      throw new Error('one');
    };
    object.transactionDone = () => new Promise<void>(() => {});
    const transaction = world.owner.newTransaction({
      timeoutMs: 100_000,
      receivers: ['a'],
      onProgress: () => {
        throw new Error('progress');
      },
      onDone: () => Promise.reject(new Error('done')),
    });
    const ref = transaction.addObject(object);
    const outcome = transaction.complete();
    expect(await world.download(world.service('a'), ref, new Collector())).toBe('ab');
    expect(await world.clock.runUntil(outcome)).toMatchObject({ status: 'completed' });
    expect(object.calls).toContain('release');
    expect(world.lines.filter(({ level }) => level === 'error').length).toBeGreaterThanOrEqual(3);
    expect(await world.close()).toBe(0);
  });

  it.each([
    ['finished', 'aborted', 'superseded'],
    ['deleted', 'aborted', 'deleted'],
    ['timeout', 'failed', 'timeout'],
  ] as const)('E5 a stream that is open when it ends as %s is told %s', async (end, state, reason) => {
    const world = new World();
    const events: ProgressEvent[] = [];
    const transaction = world.owner.newTransaction({
      timeoutMs: 100_000,
      deadlineMs: 5000,
      receivers: ['a'],
      admit: 'anyone',
      progressIntervalMs: 0,
      onProgress: (event) => events.push(event),
    });
    const ref = transaction.addObject(new ChunkList(['ab', 'cd']));
    const slow = new Holding();
    const downloading = world.start(world.service('slow'), ref, slow, { windowBytes: 1 });
    await world.rest();
    await endAs(world, transaction, end, ref);
    await world.clock.runUntil(transaction.outcome);
    const ofSlow = events.filter(({ receiverId }) => receiverId === 'slow');
    expect(ofSlow.at(-1)).toMatchObject({ state, reason });
    expect(ofSlow.some((event) => event.state === 'completed')).toBe(false);
    slow.letGo();
    await expect(world.clock.runUntil(downloading)).rejects.toMatchObject({ code: reason });
    expect(await world.close()).toBe(0);
  });

  it('E6 deleting twice, or something unknown, does nothing; callbacks may open new transactions', async () => {
    const world = new World();
    let second: Transaction | undefined;
    let done = 0;
    const transaction = world.owner.newTransaction({
      timeoutMs: 1000,
      onDone: () => {
        done += 1;
        second = world.owner.newTransaction({ timeoutMs: 1000 });
        void transaction.delete();
      },
    });
    const [first, again] = await Promise.all([transaction.delete(), transaction.delete()]);
    expect(first).toBe(again);
    await world.owner.deleteTransaction('unknown');
    expect(done).toBe(1);
    expect(second && world.owner.transaction(second.transactionId)).toBe(second);
    expect(await world.close()).toBe(0);
  });

  it('E6 leaving a block without complete() deletes', async () => {
    const world = new World();
    const transaction = world.owner.newTransaction({ timeoutMs: 1000 });
    await transaction[Symbol.asyncDispose]();
    expect(await transaction.outcome).toMatchObject({ end: 'deleted' });
  });

  it('E7 after shutdown every outcome is resolved, every ref unknown, and no timer is left', async () => {
    const world = new World();
    const transaction = world.owner.newTransaction({ timeoutMs: 1_000_000, receivers: ['a'] });
    const ref = transaction.addObject(new ChunkList(['ab']));
    expect(world.clock.pending).toBeGreaterThan(0);
    await world.owner.shutdown();
    expect(await transaction.outcome).toMatchObject({ status: 'aborted', end: 'deleted' });
    expect(world.owner.transactionOf(ref.refId)).toBeUndefined();
    expect(() => world.owner.newTransaction({ timeoutMs: 1 })).toThrow(
      expect.objectContaining({ code: 'service_closed' }),
    );
    expect(await world.close()).toBe(0);
  });

  it('D8 downloadedToOne fires once per receiver and downloadedToAll once, after the last expected one', async () => {
    const world = new World();
    const object = new ChunkList(['ab']);
    const transaction = world.owner.newTransaction({ timeoutMs: 1000, receivers: ['a', 'b'], admit: 'anyone' });
    const ref = transaction.addObject(object);
    await world.download(world.service('stranger'), ref, new Collector());
    await world.download(world.service('a'), ref, new Collector());
    expect(object.callbacks).toEqual(['downloadedToOne stranger success', 'downloadedToOne a success']);
    await world.download(world.service('b'), ref, new Collector());
    // One who has it may pull it again: nothing is told twice.
    await world.download(world.service('b'), ref, new Collector());
    expect(object.callbacks).toEqual([
      'downloadedToOne stranger success',
      'downloadedToOne a success',
      'downloadedToOne b success',
      'downloadedToAll',
    ]);
    void transaction.delete();
    expect(await world.close()).toBe(0);
  });

  it('D8 downloadedToAll never fires without declared receivers', async () => {
    const world = new World();
    const object = new ChunkList(['ab']);
    const transaction = world.owner.newTransaction({ timeoutMs: 1000 });
    const ref = transaction.addObject(object);
    await world.download(world.service('a'), ref, new Collector());
    await transaction.delete();
    expect(object.callbacks).toEqual(['downloadedToOne a success', 'transactionDone deleted', 'release']);
  });

  it('D10 when idle time and a receiver’s budget end at one instant, the transaction has timed out', async () => {
    const world = new World();
    const events: ProgressEvent[] = [];
    const transaction = world.owner.newTransaction({
      timeoutMs: 5000,
      receiverIdleTimeoutMs: 5000,
      receivers: ['a'],
      onProgress: (event) => events.push(event),
    });
    const ref = transaction.addObject(new ChunkList(['ab', 'cd']));
    void transaction.complete();
    const control = new AbortController();
    const slow = new Holding();
    void world.start(world.service('a'), ref, slow, { windowBytes: 1, signal: control.signal });
    await world.rest();
    control.abort();
    await world.clock.advance(6000);
    expect(await transaction.outcome).toMatchObject({
      end: 'timeout',
      reason: 'timeout',
      receivers: [{ receiverId: 'a', reason: 'timeout' }],
    });
    expect(traceOf(events).states.at(-1)).toBe('failed');
  });

  it('D10 a confirmation that comes at the instant of the deadline is taken first', async () => {
    const world = new World();
    const transaction = world.owner.newTransaction({ timeoutMs: 60_000, deadlineMs: 5000, receivers: ['a'] });
    const ref = transaction.addObject(new ChunkList(['ab']));
    const outcome = transaction.complete();
    await world.clock.advance(5000);
    void world.start(world.service('a'), ref, new Collector());
    await world.rest();
    expect(await outcome).toMatchObject({ end: 'finished', status: 'completed' });
  });
});

async function endAs(
  world: World,
  transaction: Transaction,
  end: 'finished' | 'deleted' | 'timeout',
  ref: Parameters<World['download']>[1],
): Promise<void> {
  if (end === 'deleted') void transaction.delete();
  if (end === 'timeout') await world.clock.advance(5001);
  if (end !== 'finished') return;
  void transaction.complete();
  await world.download(world.service('a'), ref, new Collector());
}
