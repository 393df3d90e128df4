import type { DownloadServiceOptions, Outcome, TransactionOptions } from '@towline/downloader-core';
import { describe, expect, it } from 'vitest';

import { ChunkList, Collector, StartingCollector } from '../support/objects.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { World } from '../support/world.ts';

/** Downloads `refs` objects of two chunks with every receiver in `served`, on the refs in its list; gives the outcome. */
async function outcomeOf(
  options: TransactionOptions,
  served: Readonly<Record<string, readonly number[]>>,
  { refs = 1, seal = true, after }: { refs?: number; seal?: boolean; after?: 'delete' } = {},
): Promise<{ outcome: Outcome; world: World }> {
  const world = new World();
  const transaction = world.owner.newTransaction(options);
  const added = Array.from({ length: refs }, (_, index) =>
    transaction.addObject(new ChunkList(['ab', 'c']), { refId: `R${index}` }),
  );
  if (seal && !after) void transaction.complete();
  for (const [id, indices] of Object.entries(served)) {
    const service = world.service(id);
    for (const ref of added.filter((_, index) => indices.includes(index)))
      await world.download(service, ref, new Collector());
  }
  if (after === 'delete') void transaction.delete();
  return { outcome: await world.clock.runUntil(transaction.outcome), world };
}

const one = { transactionId: 'T1', timeoutMs: 1000, receivers: ['a'] };

describe('the outcome of a transaction', () => {
  it('O1 O2 is completed when every expected receiver succeeded on every ref, with all that is known', async () => {
    const { outcome, world } = await outcomeOf(
      { ...one, receivers: ['a', 'b'] },
      { a: [0, 1], b: [0, 1] },
      { refs: 2 },
    );
    const of = (receiverId: string): unknown => ({
      receiverId,
      status: 'success',
      strength: 'proven',
      goodputBytes: 6,
      wireBytes: expect.any(Number),
    });
    expect(outcome).toEqual({
      transactionId: 'T1',
      status: 'completed',
      end: 'finished',
      quorumMet: true,
      refs: ['R0', 'R1'].map((refId) => ({
        refId,
        receivers: [
          { receiverId: 'a', status: 'success' },
          { receiverId: 'b', status: 'success' },
        ],
      })),
      receivers: [of('a'), of('b')],
      others: [],
      goodputBytes: 12,
      wireBytes: expect.any(Number),
      elapsedMs: 0,
    });
    expect(outcome.wireBytes).toBeGreaterThan(12);
    expect(await world.close()).toBe(0);
  });

  it('O1 also when it was deleted after the last had confirmed', async () => {
    const { outcome, world } = await outcomeOf(one, { a: [0] }, { after: 'delete' });
    expect(outcome).toMatchObject({ status: 'completed', end: 'deleted', quorumMet: true });
    expect(outcome).not.toHaveProperty('reason');
    expect(await world.close()).toBe(0);
  });

  it('O1 and when it timed out because nobody sealed it', async () => {
    const { outcome, world } = await outcomeOf(one, { a: [0] }, { seal: false });
    expect(outcome).toMatchObject({ status: 'completed', end: 'timeout' });
    expect(await world.close()).toBe(0);
  });

  it('O1 deleted before that: aborted', async () => {
    const { outcome, world } = await outcomeOf({ ...one, receivers: ['a', 'b'] }, { a: [0] }, { after: 'delete' });
    expect(outcome).toMatchObject({ status: 'aborted', end: 'deleted', quorumMet: false });
    expect(outcome).not.toHaveProperty('reason');
    expect(outcome.refs[0]?.receivers).toEqual([
      { receiverId: 'a', status: 'success' },
      { receiverId: 'b', status: 'failed', reason: 'never_came' },
    ]);
    expect(await world.close()).toBe(0);
  });

  it('O1 timed out before that: failed/timeout', async () => {
    const { outcome, world } = await outcomeOf({ ...one, receivers: ['a', 'b'] }, { a: [0] });
    expect(outcome).toMatchObject({ status: 'failed', reason: 'timeout', end: 'timeout' });
    expect(await world.close()).toBe(0);
  });

  it('O1 T5 without declared receivers it is never completed', async () => {
    const { outcome, world } = await outcomeOf({ timeoutMs: 1000 }, { a: [0], b: [0] });
    expect(outcome).toMatchObject({ status: 'failed', reason: 'timeout', end: 'timeout', quorumMet: false });
    expect(outcome.receivers.map(({ receiverId, status }) => [receiverId, status])).toEqual([
      ['a', 'success'],
      ['b', 'success'],
    ]);
    expect(await world.close()).toBe(0);
  });

  it('O1 W4 a receiver that failed makes failed/receiver_failed', async () => {
    const world = new World();
    const transaction = world.owner.newTransaction({ ...one, receivers: ['a', 'b'] });
    const ref = transaction.addObject(new ChunkList(['ab']));
    void transaction.complete();
    await world.download(world.service('a'), ref, new Collector());
    class Broken extends Collector {
      override consume(): void {
        throw new Error('broken');
      }
    }
    await expect(world.download(world.service('b'), ref, new Broken())).rejects.toMatchObject({
      code: 'consumer_failed',
    });
    expect(await world.clock.runUntil(transaction.outcome)).toMatchObject({
      status: 'failed',
      reason: 'receiver_failed',
      end: 'finished',
      quorumMet: false,
      receivers: [
        { receiverId: 'a', status: 'success' },
        { receiverId: 'b', status: 'failed', reason: 'consumer_failed' },
      ],
    });
    expect(await world.close()).toBe(0);
  });

  it('O3 the quorum counts receivers that succeeded on every ref', async () => {
    const options = { ...one, receivers: ['a', 'b', 'c'], minReceivers: 2 };
    for (const [served, quorumMet] of [
      [{ a: [0, 1], b: [0, 1], c: [0] }, true],
      [{ a: [0, 1], b: [0], c: [1] }, false],
    ] as const) {
      const { outcome, world } = await outcomeOf(options, served, { refs: 2 });
      expect(outcome).toMatchObject({ status: 'failed', quorumMet, minReceivers: 2 });
      expect(await world.close()).toBe(0);
    }
  });

  it('O3 without declared receivers, too, those that pulled but one of two refs do not count', async () => {
    const { outcome, world } = await outcomeOf({ timeoutMs: 1000, minReceivers: 1 }, { a: [0] }, { refs: 2 });
    expect(outcome).toMatchObject({
      quorumMet: false,
      receivers: [{ receiverId: 'a', status: 'failed', reason: 'timeout' }],
    });
    expect(await world.close()).toBe(0);
  });

  it('O3 false with no refs', async () => {
    const { outcome, world } = await outcomeOf({ ...one, minReceivers: 1 }, {}, { refs: 0 });
    expect(outcome).toMatchObject({ status: 'failed', quorumMet: false, refs: [] });
    expect(await world.close()).toBe(0);
  });

  it('O2 R8 strangers stand under others, and count for nothing', async () => {
    const { outcome, world } = await outcomeOf({ ...one, admit: 'anyone' }, { x: [0], a: [0] });
    expect(outcome).toMatchObject({
      status: 'completed',
      receivers: [{ receiverId: 'a' }],
      others: [{ receiverId: 'x', status: 'success', goodputBytes: 3 }],
    });
    expect(outcome.goodputBytes).toBe(6);
    expect(await world.close()).toBe(0);
  });

  it('O2 W13 goodput counts each byte once, wire bytes every body', async () => {
    const world = new World();
    const transaction = world.owner.newTransaction(one);
    const ref = transaction.addObject(new ChunkList(['ab', 'c']));
    void transaction.complete();
    const peer = await RawPeer.greeted(world.network, 'a');
    for (const pullNo of [1, 2, 3]) await peer.sayPull(ref, { pullNo });
    await peer.say(peer.confirm(ref));
    const { goodputBytes, wireBytes } = await world.clock.runUntil(transaction.outcome);
    const sent = peer.all('chunk').reduce((sum, { body }) => sum + body.byteLength, 0);
    expect([goodputBytes, wireBytes]).toEqual([3, sent]);
    expect(sent).toBe(3 * (3 + 2 * 7));
    expect(await world.close()).toBe(0);
  });

  it('O2 R10 selected tells that a request narrowed an object', async () => {
    class Choosy extends ChunkList {
      readonly requestSchema = { parse: (input: unknown) => input };
      totals(): { totalBytes: number } {
        return { totalBytes: 1 };
      }
    }
    const world = new World();
    const transaction = world.owner.newTransaction({ ...one, receivers: ['a', 'b'] });
    const ref = transaction.addObject(new Choosy(['ab', 'c']));
    void transaction.complete();
    const selecting = new StartingCollector({ state: { next: 1 }, request: { only: 'c' } });
    const totals: unknown[] = [];
    await world.download(world.service('a'), ref, selecting, {
      onProgress: ({ bytesTotal }) => totals.push(bytesTotal),
    });
    await world.download(world.service('b'), ref, new Collector());
    expect(totals.at(-1)).toBe(1);
    const { receivers } = await world.clock.runUntil(transaction.outcome);
    expect(receivers.map(({ selected }) => selected)).toEqual([true, undefined]);
    expect(await world.close()).toBe(0);
  });

  it('O2 R9 it names the strength of an identity, at its weakest', async () => {
    const world = new World();
    const transaction = world.owner.newTransaction({ ...one, trust: 'claimed' });
    const ref = transaction.addObject(new ChunkList(['ab']));
    void transaction.complete();
    const weak = world.service('a', {}, { strength: 'vouched' });
    await world.download(weak, ref, new Collector());
    const { receivers } = await world.clock.runUntil(transaction.outcome);
    expect(receivers[0]?.strength).toBe('vouched');
    expect(await world.close()).toBe(0);
  });

  it('O2 is immutable, all the way down', async () => {
    const { outcome, world } = await outcomeOf(one, { a: [0] });
    for (const part of [
      outcome,
      outcome.refs,
      outcome.refs[0],
      outcome.refs[0]?.receivers[0],
      outcome.receivers[0],
      outcome.others,
    ])
      expect(Object.isFrozen(part)).toBe(true);
    expect(await world.close()).toBe(0);
  });

  it('O4 the promise resolves last, after callbacks and release', async () => {
    const world = new World();
    const object = new ChunkList(['ab']);
    const transaction = world.owner.newTransaction({
      ...one,
      onDone: ({ end }) => void object.calls.push(`onDone ${end}`),
      onOutcome: ({ status }) => void object.calls.push(`onOutcome ${status}`),
    });
    const ref = transaction.addObject(object);
    const outcome = transaction.complete().then(() => object.calls.push('outcome'));
    await world.download(world.service('a'), ref, new Collector());
    await world.clock.runUntil(outcome);
    expect(object.calls.slice(-5)).toEqual([
      'transactionDone finished',
      'onDone finished',
      'onOutcome completed',
      'release',
      'outcome',
    ]);
    expect(await world.close()).toBe(0);
  });

  it('O4 an outcome is kept 30 minutes, and only so many', async () => {
    const keep = async (options: Partial<DownloadServiceOptions>): Promise<World> => {
      const world = new World(options);
      for (const transactionId of ['T1', 'T2', 'T3'])
        await world.clock.runUntil(world.owner.newTransaction({ transactionId, timeoutMs: 1000 }).delete());
      return world;
    };
    const world = await keep({});
    await world.clock.advance(30 * 60 * 1000);
    expect(world.owner.outcome('T1')?.status).toBe('aborted');
    expect(() => world.owner.newTransaction({ transactionId: 'T1', timeoutMs: 1000 })).toThrow(
      expect.objectContaining({ code: 'transaction_exists' }),
    );
    await world.clock.advance(1);
    expect(world.owner.outcome('T1')).toBeUndefined();
    expect(await world.close()).toBe(0);
    const small = await keep({ maxOutcomes: 2 });
    expect(['T1', 'T2', 'T3'].map((id) => small.owner.outcome(id)?.status)).toEqual([undefined, 'aborted', 'aborted']);
    expect(await small.close()).toBe(0);
  });

  it('O4 E7 the end of the service resolves every outcome', async () => {
    const world = new World();
    const transaction = world.owner.newTransaction(one);
    transaction.addObject(new ChunkList(['ab']));
    const outcome = transaction.complete();
    await world.clock.runUntil(world.owner.shutdown());
    expect(await outcome).toMatchObject({ status: 'aborted', end: 'deleted' });
    expect(await world.close()).toBe(0);
  });
});
