import type { Outcome, Ref, Transaction, TransactionOptions } from '@towline/downloader-core';
import { describe, expect, it } from 'vitest';

import { deferred } from '../../src/base/deferred.ts';
import { ChunkList, Collector } from '../support/objects.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { Gated } from '../support/scripted.ts';
import { World } from '../support/world.ts';

const one = { upToSeq: 1, upToBytes: 100 };

interface Scene {
  readonly world: World;
  readonly transaction: Transaction;
  readonly object: ChunkList;
  readonly ref: Ref;
  readonly peer: RawPeer;
}

async function scene(options: Partial<TransactionOptions> = {}, object = new ChunkList(['x'])): Promise<Scene> {
  const world = new World();
  const transaction = world.owner.newTransaction({ timeoutMs: 1000, receivers: ['a'], ...options });
  const ref = transaction.addObject(object);
  return { world, transaction, object, ref, peer: await RawPeer.greeted(world.network, 'a') };
}

/** What `await using` does with a block. */
async function leaving(resource: AsyncDisposable, block: () => Promise<void>): Promise<void> {
  try {
    await block();
  } finally {
    await resource[Symbol.asyncDispose]();
  }
}

describe('the end of a transaction', () => {
  it('E1 it is alive at exactly timeoutMs, and ends just after', async () => {
    const { world, transaction } = await scene();
    await world.clock.advance(1000);
    expect(transaction).toMatchObject({ live: true });
    expect(world.owner.transaction(transaction.transactionId)).toBe(transaction);
    await world.clock.advance(1);
    expect(await transaction.outcome).toMatchObject({ end: 'timeout', elapsedMs: 1001 });
    expect(await world.close()).toBe(0);
  });

  it('E1 activity of anyone on any ref keeps all of it alive', async () => {
    const { world, transaction, ref, peer } = await scene({ receivers: ['a', 'b'], receiverIdleTimeoutMs: 1e6 });
    transaction.addObject(new ChunkList(['y']));
    await peer.sayPull(ref, { credit: one });
    for (let round = 0; round < 5; round += 1) {
      await world.clock.advance(1000);
      await peer.say({ kind: 'busy', downloadId: 'D1', refId: ref.refId });
    }
    expect(await transaction.delete()).toMatchObject({ end: 'deleted', elapsedMs: 5000 });
    expect(await world.close()).toBe(0);
  });

  it('E1 exactly one end wins: deleted, then everything else does nothing', async () => {
    const done: string[] = [];
    const { world, transaction, object, ref, peer } = await scene({ onDone: ({ end }) => void done.push(end) });
    const completed = transaction.complete();
    await peer.sayPull(ref);
    const deleted = transaction.delete();
    await peer.say(peer.confirm(ref));
    await world.clock.advance(5000);
    expect(await deleted).toBe(await completed);
    expect(await deleted).toMatchObject({ end: 'deleted' });
    expect([done, object.callbacks.filter((call) => call.startsWith('transactionDone'))]).toEqual([
      ['deleted'],
      ['transactionDone deleted'],
    ]);
    expect(await world.close()).toBe(0);
  });

  it('E1 finished wins over a deletion that a callback of the last receiver asks for', async () => {
    const { world, transaction, object, ref, peer } = await scene();
    object.downloadedToAll = () => void transaction.delete();
    const outcome = transaction.complete();
    await peer.sayPull(ref);
    await peer.say(peer.confirm(ref));
    expect(await outcome).toMatchObject({ end: 'finished', status: 'completed' });
    expect(await world.close()).toBe(0);
  });

  it('E2 finishing is noticed at the last final status, without any timer (fault W26)', async () => {
    const { world, transaction, ref, peer } = await scene();
    const outcome = transaction.complete();
    await peer.sayPull(ref);
    const pending = world.clock.pending;
    await peer.say(peer.confirm(ref));
    expect(transaction).toMatchObject({ live: false, ended: 'finished' });
    expect(await outcome).toMatchObject({ end: 'finished', elapsedMs: 0 });
    expect(world.clock.pending).toBeLessThan(pending);
    expect(await world.close()).toBe(0);
  });

  it('E2 complete() finishes at once when all were final before', async () => {
    const { world, transaction, ref, peer } = await scene();
    await peer.sayPull(ref);
    await peer.say(peer.confirm(ref));
    const outcome = transaction.complete();
    expect(transaction).toMatchObject({ ended: 'finished' });
    expect(await outcome).toMatchObject({ status: 'completed' });
    expect(await world.close()).toBe(0);
  });

  it('E2 a tombstone replay is not activity', async () => {
    const world = new World();
    const options = { timeoutMs: 1000, receivers: ['a'] };
    const first = world.owner.newTransaction(options);
    const ref = first.addObject(new ChunkList(['x']));
    const peer = await RawPeer.greeted(world.network, 'a');
    const outcome = first.complete();
    await peer.sayPull(ref);
    await peer.say(peer.confirm(ref));
    await outcome;
    const other = world.owner.newTransaction(options);
    other.addObject(new ChunkList(['y']));
    await world.clock.advance(900);
    await peer.sayPull(ref, { pullNo: 2 });
    expect(peer.last('end')?.header).toMatchObject({ status: 'eof', pullNo: 2 });
    await world.clock.advance(101);
    expect(await other.outcome).toMatchObject({ end: 'timeout' });
    expect(await world.close()).toBe(0);
  });

  it('E6 deleting twice, or something unknown, does nothing', async () => {
    const { world, transaction, object } = await scene();
    const outcomes = await Promise.all([transaction.delete(), transaction.delete()]);
    await world.owner.deleteTransaction(transaction.transactionId);
    await world.owner.deleteTransaction('unknown');
    expect(await transaction.delete()).toBe(outcomes[0]);
    expect(object.callbacks).toEqual(['transactionDone deleted', 'release']);
    expect(await world.close()).toBe(0);
  });

  it('E6 complete() after the end gives the same outcome', async () => {
    const { world, transaction } = await scene();
    const deleted = await transaction.delete();
    expect(await transaction.complete()).toBe(deleted);
    expect(deleted).toMatchObject({ end: 'deleted', status: 'aborted' });
    expect(await world.close()).toBe(0);
  });

  it('E6 deleting by id ends the transaction', async () => {
    const { world, transaction } = await scene();
    await world.owner.deleteTransaction(transaction.transactionId);
    expect(world.owner.outcome(transaction.transactionId)).toMatchObject({ end: 'deleted' });
    expect(await world.close()).toBe(0);
  });

  it('E6 callbacks may call back into the service, opening new transactions too', async () => {
    const world = new World();
    const opened: Transaction[] = [];
    const options = { timeoutMs: 1000, receivers: ['a'] };
    const transaction = world.owner.newTransaction({
      ...options,
      onDone: () => {
        const next = world.owner.newTransaction({ ...options, transactionId: 'next' });
        next.addObject(new ChunkList(['y']), { refId: 'R' });
        opened.push(next);
      },
      onOutcome: ({ transactionId }) => {
        expect(world.owner.transaction(transactionId)?.transactionId).toBe(transactionId);
        void world.owner.deleteTransaction(transactionId);
      },
    });
    const ref = transaction.addObject(new ChunkList(['x']), { refId: 'R' });
    await transaction.delete();
    expect(await world.download(world.service('a'), ref, new Collector())).toBe('y');
    expect(opened).toEqual([world.owner.transaction('next')]);
    expect(await world.close()).toBe(0);
  });

  it('E6 progress may delete the transaction at the very first event: nothing is served any more', async () => {
    const object = new ChunkList(['x']);
    let transaction: Transaction | undefined;
    const opened = await scene({ onProgress: () => void transaction?.delete() }, object);
    const { world, ref, peer } = opened;
    transaction = opened.transaction;
    await peer.sayPull(ref, { describe: { maxBytes: 1000 } });
    expect(peer.kinds).toEqual(['refused']);
    expect(peer.refusals).toEqual(['deleted']);
    expect(object.calls.filter((call) => call.startsWith('produce'))).toEqual([]);
    expect(object.callbacks).toEqual(['transactionDone deleted', 'release']);
    expect(await world.close()).toBe(0);
  });

  it('E6 a describe() that deletes the transaction ends its own pull', async () => {
    const opened = await scene();
    const { world, transaction, object, ref, peer } = opened;
    object.describe = () => {
      void transaction.delete();
      return {};
    };
    await peer.sayPull(ref, { describe: { maxBytes: 1000 } });
    expect(peer.refusals).toEqual(['deleted']);
    expect(object.calls.filter((call) => call.startsWith('produce'))).toEqual([]);
    expect(await transaction.outcome).toMatchObject({ end: 'deleted' });
    expect(await world.close()).toBe(0);
  });

  it('E6 progress in the middle of a pull may delete it: no further produce', async () => {
    const object = new ChunkList(['x', 'y', 'z']);
    let transaction: Transaction | undefined;
    const opened = await scene(
      { progressIntervalMs: 0, onProgress: ({ bytesDone }) => void (bytesDone === 1 && transaction?.delete()) },
      object,
    );
    transaction = opened.transaction;
    await opened.peer.sayPull(opened.ref);
    expect(object.calls.filter((call) => call.startsWith('produce'))).toEqual(['produce 0']);
    expect(opened.peer.refusals).toEqual(['deleted']);
    expect(opened.world.owner.stats().budget.usedBytes).toBe(0);
    expect(await opened.world.close()).toBe(0);
  });

  it('E6 leaving an await using block without complete() deletes', async () => {
    const world = new World();
    const outcomes: Promise<Outcome>[] = [];
    const object = new ChunkList(['x']);
    const failing = async (): Promise<void> => {
      const transaction = world.owner.newTransaction({ timeoutMs: 1000, receivers: ['a'] });
      await leaving(transaction, async () => {
        outcomes.push(transaction.outcome);
        transaction.addObject(object);
        throw new Error('set-up failed');
      });
    };
    await expect(failing()).rejects.toThrow('set-up failed');
    expect(await outcomes[0]).toMatchObject({ end: 'deleted', status: 'aborted' });
    expect(object.callbacks).toEqual(['transactionDone deleted', 'release']);
    expect(await world.close()).toBe(0);
  });

  it('E6 leaving it after complete() waits for the outcome', async () => {
    const world = new World();
    const service = world.service('a');
    const transaction = world.owner.newTransaction({ timeoutMs: 1000, receivers: ['a'] });
    const left = leaving(transaction, async () => {
      const ref = transaction.addObject(new ChunkList(['x']));
      void transaction.complete();
      void world.start(service, ref, new Collector());
    });
    await world.clock.runUntil(left);
    expect(world.owner.outcome(transaction.transactionId)).toMatchObject({ status: 'completed' });
    expect(await world.close()).toBe(0);
  });
});

describe('shutdown', () => {
  it('E7 every outcome is resolved as deleted, and no timer is left', async () => {
    const world = new World();
    const transactions = [1, 2, 3].map(() => world.owner.newTransaction({ timeoutMs: 1e9, receivers: ['a'] }));
    const objects = transactions.map((transaction) => {
      const object = new ChunkList(['x']);
      transaction.addObject(object);
      return object;
    });
    expect(world.clock.pending).toBe(3);
    expect(await world.close()).toBe(0);
    for (const { outcome } of transactions) expect(await outcome).toMatchObject({ end: 'deleted' });
    for (const { callbacks } of objects) expect(callbacks).toEqual(['transactionDone deleted', 'release']);
  });

  it('E7 after it every old ref is unknown, tombstones too', async () => {
    const { world, transaction, ref, peer } = await scene();
    const outcome = transaction.complete();
    await peer.sayPull(ref);
    await peer.say(peer.confirm(ref));
    await outcome;
    await world.owner.shutdown();
    const reborn = world.service('owner');
    await peer.say(peer.hello());
    await peer.sayPull(ref, { pullNo: 2 });
    expect(peer.refusals).toEqual(['unknown_ref']);
    expect(() => world.owner.newTransaction({ timeoutMs: 1000 })).toThrow(
      expect.objectContaining({ code: 'service_closed' }),
    );
    void reborn;
    expect(await world.close()).toBe(0);
  });

  it('E7 shutting down twice is once', async () => {
    const { world, object } = await scene();
    await Promise.all([world.owner.shutdown(), world.owner.shutdown()]);
    await world.owner[Symbol.asyncDispose]();
    expect(object.callbacks).toEqual(['transactionDone deleted', 'release']);
    expect(await world.close()).toBe(0);
  });

  it('E7 while a transaction is open, its timer waits; when it ended, none does', async () => {
    const { world, transaction } = await scene();
    const pending = world.clock.pending;
    expect(pending).toBeGreaterThan(0);
    await transaction.delete();
    expect(world.clock.pending).toBe(pending - 1);
    expect(await world.close()).toBe(0);
  });

  it('E7 code that a shutdown sets in motion cannot open a transaction that outlives it', async () => {
    const errors: unknown[] = [];
    const object = new Gated(['x']);
    const { world, ref, peer } = await scene({ timeoutMs: 1e9 }, object);
    await peer.sayPull(ref);
    const call = object.last;
    call.context.signal.addEventListener('abort', () => {
      try {
        world.owner.newTransaction({ timeoutMs: 1000 });
      } catch (error) {
        errors.push(error);
      }
      call.answer();
    });
    expect(await world.close()).toBe(0);
    expect(errors).toEqual([expect.objectContaining({ code: 'service_closed' })]);
  });

  it('E7 a produce that never ends holds no timer after shutdown', async () => {
    const { world, ref, peer } = await scene({ timeoutMs: 1e9 }, new Gated(['x']));
    await peer.sayPull(ref);
    expect(await world.close()).toBe(0);
    expect(world.lines).toContainEqual(
      expect.objectContaining({ level: 'warn', message: expect.stringContaining('60000 ms') as unknown }),
    );
  });

  it('E7 a callback that never ends holds no timer after shutdown', async () => {
    const hanging = deferred<void>();
    const { world, ref, peer } = await scene({ onProgress: () => hanging.promise as never });
    await peer.sayPull(ref);
    expect(world.clock.pending).toBeGreaterThan(1);
    expect(await world.close()).toBe(0);
  });

  it('E7 two services in one process share nothing (fault W25)', async () => {
    const world = new World();
    const other = world.service('other');
    const options = { timeoutMs: 1000, transactionId: 'T', receivers: ['a'] };
    const mine = world.owner.newTransaction(options).addObject(new ChunkList(['mine']), { refId: 'R' });
    const theirs = other.newTransaction(options).addObject(new ChunkList(['theirs']), { refId: 'R' });
    const receiver = world.service('a');
    expect(await world.download(receiver, mine, new Collector())).toBe('mine');
    await world.owner.shutdown();
    expect(await world.download(receiver, theirs, new Collector())).toBe('theirs');
    expect(await world.close()).toBe(0);
  });
});
