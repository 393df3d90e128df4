import { describe, expect, it } from 'vitest';

import { ChunkList, Collector } from '../support/objects.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { World } from '../support/world.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/u;
const withCode = (code: string): unknown => expect.objectContaining({ code, side: 'local' });

/** Downloads a ref for each of the receivers, one after the other. */
async function downloadFor(world: World, ref: Parameters<World['download']>[1], ...ids: string[]): Promise<void> {
  for (const id of ids) await world.download(world.service(id), ref, new Collector());
}

describe('a transaction', () => {
  it('T1 a generated id is T and a random UUID, another one each time', async () => {
    const world = new World();
    const ids = [1, 2].map(() => world.owner.newTransaction({ timeoutMs: 1000 }).transactionId);
    for (const id of ids) expect(id.slice(1)).toMatch(uuid);
    expect(ids.map((id) => id[0])).toEqual(['T', 'T']);
    expect(ids[0]).not.toBe(ids[1]);
    expect(await world.close()).toBe(0);
  });

  it('T1 a given id is the one that is found again', async () => {
    const world = new World();
    const transaction = world.owner.newTransaction({ timeoutMs: 1000, transactionId: 'my/größe' });
    expect(transaction.transactionId).toBe('my/größe');
    expect(world.owner.transaction('my/größe')).toBe(transaction);
    expect(await world.close()).toBe(0);
  });

  it('T2 an id that is live is refused, and the existing transaction goes on (fault W2)', async () => {
    const world = new World();
    const options = { timeoutMs: 1000, transactionId: 'T', receivers: ['a'] };
    const first = world.owner.newTransaction(options);
    const ref = first.addObject(new ChunkList(['x']));
    expect(() => world.owner.newTransaction(options)).toThrow(withCode('transaction_exists'));
    const outcome = first.complete();
    await downloadFor(world, ref, 'a');
    expect(await outcome).toMatchObject({ status: 'completed' });
    expect(await world.close()).toBe(0);
  });

  it('T2 an id is refused while the transaction settles, and as long as its outcome is kept', async () => {
    const world = new World({ outcomeMs: 5000 });
    const options = { timeoutMs: 1000, transactionId: 'T' };
    const refusals: unknown[] = [];
    const transaction = world.owner.newTransaction({
      ...options,
      onDone: () => {
        try {
          world.owner.newTransaction(options);
        } catch (error) {
          refusals.push(error);
        }
      },
    });
    await transaction.delete();
    expect(refusals).toEqual([withCode('transaction_exists')]);
    expect(() => world.owner.newTransaction(options)).toThrow(withCode('transaction_exists'));
    await world.clock.advance(5000);
    expect(() => world.owner.newTransaction(options)).toThrow(withCode('transaction_exists'));
    await world.clock.advance(1);
    expect(world.owner.newTransaction(options).transactionId).toBe('T');
    expect(await world.close()).toBe(0);
  });

  it('T3 T7 T8 T9 a bad option registers nothing', async () => {
    const world = new World();
    const bad = [
      { receivers: [] },
      { receivers: ['a'], receiverCount: 2 },
      { timeoutMs: 0 },
      { progressIntervalMs: -1 },
      { receiverIdleTimeoutMs: -1 },
      { receivers: ['a'], minReceivers: 2 },
    ];
    for (const options of bad) {
      expect(() => world.owner.newTransaction({ timeoutMs: 1000, transactionId: 'T', ...options })).toThrow(
        withCode('invalid_argument'),
      );
    }
    expect(world.owner.stats().transactions).toBe(0);
    expect(world.owner.transaction('T')).toBeUndefined();
    expect(world.clock.pending).toBe(0);
    expect(await world.close()).toBe(0);
  });

  it('T4 the first n that pull anything are the receivers on all refs, later ones find it full (fault W6)', async () => {
    const world = new World();
    const transaction = world.owner.newTransaction({ timeoutMs: 1000, receiverCount: 2 });
    const refs = [new ChunkList(['x']), new ChunkList(['y'])].map((object) => transaction.addObject(object));
    const outcome = transaction.complete();
    const [x, y] = refs as [(typeof refs)[0], (typeof refs)[0]];
    const peers = await Promise.all(['a', 'b', 'c'].map((id) => RawPeer.greeted(world.network, id)));
    const [a, b, c] = peers as [RawPeer, RawPeer, RawPeer];
    await a.sayPull(x);
    await b.sayPull(y);
    await c.sayPull(x);
    await c.sayPull(y, { downloadId: 'D2' });
    expect(c.refusals).toEqual(['full', 'full']);
    expect(transaction.seats()).toEqual(['a', 'b']);
    await a.say(a.confirm(x));
    await b.say(b.confirm(y));
    await a.sayPull(y, { downloadId: 'D3' });
    await a.say(a.confirm(y));
    await b.sayPull(x, { downloadId: 'D4' });
    await b.say(b.confirm(x));
    expect(await outcome).toMatchObject({
      status: 'completed',
      receivers: [{ receiverId: 'a' }, { receiverId: 'b' }],
      others: [],
    });
    expect(await world.close()).toBe(0);
  });

  it('T4 a seat stays taken by a receiver that failed', async () => {
    const world = new World();
    const transaction = world.owner.newTransaction({ timeoutMs: 1000, receiverCount: 1 });
    const ref = transaction.addObject(new ChunkList(['x']));
    const [a, b] = [await RawPeer.greeted(world.network, 'a'), await RawPeer.greeted(world.network, 'b')];
    await a.sayPull(ref);
    await a.say({ kind: 'cancel', downloadId: 'D1', refId: ref.refId, final: true, code: 'consumer_failed' });
    await b.sayPull(ref);
    expect(b.refusals).toEqual(['full']);
    expect(transaction.seats()).toEqual(['a']);
    expect(await world.close()).toBe(0);
  });

  it('T4 a pull that was refused takes no seat', async () => {
    const world = new World();
    const transaction = world.owner.newTransaction({ timeoutMs: 1000, receiverCount: 1 });
    const ref = transaction.addObject(new ChunkList(['x']));
    const [a, b] = [await RawPeer.greeted(world.network, 'a'), await RawPeer.greeted(world.network, 'b')];
    await a.sayPull(ref, {}, { other: 1 });
    expect(a.refusals).toEqual(['bad_state']);
    await b.sayPull(ref);
    expect(transaction.seats()).toEqual(['b']);
    expect(await world.close()).toBe(0);
  });

  it('T5 without declared receivers it never finishes, though everybody has it; it ends by idle timeout', async () => {
    const world = new World();
    const object = new ChunkList(['x']);
    const transaction = world.owner.newTransaction({ timeoutMs: 1000 });
    const ref = transaction.addObject(object);
    const outcome = transaction.complete();
    await downloadFor(world, ref, 'a', 'b');
    await world.clock.advance(1000);
    expect(world.owner.transaction(transaction.transactionId)).toBe(transaction);
    expect(await world.clock.runUntil(outcome)).toMatchObject({
      end: 'timeout',
      status: 'failed',
      reason: 'timeout',
      receivers: [
        { receiverId: 'a', status: 'success' },
        { receiverId: 'b', status: 'success' },
      ],
    });
    expect(object.callbacks).not.toContain('downloadedToAll');
    expect(await world.close()).toBe(0);
  });

  it('T6 it finishes only when sealed', async () => {
    const world = new World();
    const transaction = world.owner.newTransaction({ timeoutMs: 1000, receivers: ['a'] });
    const first = transaction.addObject(new ChunkList(['x']));
    await downloadFor(world, first, 'a');
    const second = transaction.addObject(new ChunkList(['y']));
    await world.download(world.service('a'), second, new Collector());
    const outcome = await transaction.complete();
    expect(outcome).toMatchObject({ end: 'finished', status: 'completed' });
    expect(outcome.refs.map(({ refId }) => refId)).toEqual([first.refId, second.refId]);
    expect(await world.close()).toBe(0);
  });

  it('T6 adding to a sealed one throws', async () => {
    const world = new World();
    const transaction = world.owner.newTransaction({ timeoutMs: 1000, receivers: ['a'] });
    transaction.addObject(new ChunkList(['x']));
    void transaction.complete();
    const late = new ChunkList(['y']);
    expect(() => transaction.addObject(late)).toThrow(withCode('transaction_sealed'));
    expect(late.calls).toEqual([]);
    expect(await world.close()).toBe(0);
  });

  it('T6 one that times out unsealed with every ref final says so in its log line', async () => {
    const world = new World();
    const transaction = world.owner.newTransaction({ timeoutMs: 1000, receivers: ['a'] });
    const ref = transaction.addObject(new ChunkList(['x']));
    await downloadFor(world, ref, 'a');
    expect(await world.clock.runUntil(transaction.outcome)).toMatchObject({ end: 'timeout', status: 'completed' });
    const hint = 'complete() was never called';
    expect(world.lines.filter(({ message }) => message.includes(hint))).toHaveLength(1);
    const other = world.owner.newTransaction({ timeoutMs: 1000, receivers: ['a'] });
    other.addObject(new ChunkList(['x']));
    await world.clock.runUntil(other.outcome);
    expect(world.lines.filter(({ message }) => message.includes(hint))).toHaveLength(1);
    expect(await world.close()).toBe(0);
  });

  it('T6 an empty one never finishes, however long set-up takes (fault W1)', async () => {
    const world = new World();
    const transaction = world.owner.newTransaction({ timeoutMs: 100_000, receivers: ['a'] });
    await world.clock.advance(99_000);
    const ref = transaction.addObject(new ChunkList(['x']));
    const outcome = transaction.complete();
    await downloadFor(world, ref, 'a');
    expect(await outcome).toMatchObject({ end: 'finished', status: 'completed' });
    const empty = world.owner.newTransaction({ timeoutMs: 1000, receivers: ['a'] });
    expect(await world.clock.runUntil(empty.complete())).toMatchObject({ end: 'timeout', status: 'failed', refs: [] });
    expect(await world.close()).toBe(0);
  });

  it('T7 deadlineMs ends the whole life as timeout, however active it is', async () => {
    const world = new World();
    const transaction = world.owner.newTransaction({ timeoutMs: 1000, deadlineMs: 2500, receivers: ['a'] });
    const ref = transaction.addObject(new ChunkList(['x', 'y']));
    const peer = await RawPeer.greeted(world.network, 'a');
    await peer.sayPull(ref, { credit: { upToSeq: 1, upToBytes: 10 } });
    for (let elapsedMs = 500; elapsedMs <= 2500; elapsedMs += 500) {
      await world.clock.advance(500);
      await peer.say({ kind: 'busy', downloadId: 'D1', refId: ref.refId });
      expect(peer.refusals).toEqual([]);
    }
    await world.clock.advance(1);
    expect(peer.refusals).toEqual(['timeout']);
    expect(await transaction.outcome).toMatchObject({ end: 'timeout', elapsedMs: 2501 });
    expect(await world.close()).toBe(0);
  });

  it('T8 receiver budgets work beside timeoutMs, shorter or longer', async () => {
    const world = new World();
    const budgets = { receiverAcquireTimeoutMs: 300, receiverIdleTimeoutMs: 50_000 };
    const transaction = world.owner.newTransaction({ timeoutMs: 1000, receivers: ['a', 'b'], ...budgets });
    const ref = transaction.addObject(new ChunkList(['x', 'y']));
    const peer = await RawPeer.greeted(world.network, 'a');
    await peer.sayPull(ref, { credit: { upToSeq: 1, upToBytes: 10 } });
    const outcome = await world.clock.runUntil(transaction.outcome);
    expect(outcome.receivers).toMatchObject([
      { receiverId: 'a', reason: 'timeout' },
      { receiverId: 'b', reason: 'never_came' },
    ]);
    expect(await world.close()).toBe(0);
  });

  it('T9 a quorum of fewer receivers can be met though one failed', async () => {
    const world = new World();
    const transaction = world.owner.newTransaction({
      timeoutMs: 1000,
      receivers: ['a', 'b'],
      minReceivers: 1,
      receiverAcquireTimeoutMs: 100,
    });
    const ref = transaction.addObject(new ChunkList(['x']));
    const outcome = transaction.complete();
    await downloadFor(world, ref, 'a');
    expect(await world.clock.runUntil(outcome)).toMatchObject({
      end: 'finished',
      status: 'failed',
      reason: 'receiver_failed',
      quorumMet: true,
      minReceivers: 1,
    });
    expect(await world.close()).toBe(0);
  });
});
