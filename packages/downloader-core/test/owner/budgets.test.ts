import type { Ref, Transaction, TransactionOptions } from '@towline/downloader-core';
import { describe, expect, it } from 'vitest';

import { ChunkList } from '../support/objects.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { addBoth, Gated } from '../support/scripted.ts';
import { World } from '../support/world.ts';

const one = { upToSeq: 1, upToBytes: 100 };
const busy = (ref: Ref): Record<string, unknown> => ({ kind: 'busy', downloadId: 'D1', refId: ref.refId });

/** A transaction for `a` and `b`, unless `options` declare others. */
function open(options: Partial<TransactionOptions>): { world: World; transaction: Transaction } {
  const world = new World();
  const receivers = options.receiverCount === undefined ? { receivers: ['a', 'b'] } : {};
  return { world, transaction: world.owner.newTransaction({ timeoutMs: 10_000, ...receivers, ...options }) };
}

describe('budgets of receivers', () => {
  it('D9 a declared receiver that pulled nothing in time is failed on every ref', async () => {
    const { world, transaction } = open({ receiverAcquireTimeoutMs: 500 });
    const objects = [new ChunkList(['x']), new ChunkList(['y'])] as const;
    await world.clock.advance(3000);
    const refs = addBoth(transaction, ...objects);
    const peer = await RawPeer.greeted(world.network, 'a');
    await peer.sayPull(refs[1], { credit: one });
    await world.clock.advance(500);
    expect(objects[0]?.callbacks).toEqual([]);
    await world.clock.advance(1);
    for (const object of objects) expect(object.callbacks).toEqual(['downloadedToOne b failed']);
    const late = await RawPeer.greeted(world.network, 'b');
    await late.sayPull(refs[0]);
    expect(late.refusals).toEqual(['already_failed']);
    expect((await transaction.delete()).receivers).toMatchObject([
      { receiverId: 'a', reason: 'deleted' },
      { receiverId: 'b', reason: 'never_came' },
    ]);
    expect(await world.close()).toBe(0);
  });

  it('D9 one that came pulled something: it has time for the other refs', async () => {
    const { world, transaction } = open({ receiverAcquireTimeoutMs: 500, receivers: ['a'] });
    const refs = addBoth(transaction, new ChunkList(['x']), new ChunkList(['y']));
    const outcome = transaction.complete();
    const peer = await RawPeer.greeted(world.network, 'a');
    await peer.sayPull(refs[0]);
    await peer.say(peer.confirm(refs[0]));
    await world.clock.advance(5000);
    await peer.sayPull(refs[1], { downloadId: 'D2' });
    await peer.say(peer.confirm(refs[1]));
    expect(await outcome).toMatchObject({ status: 'completed' });
    expect(await world.close()).toBe(0);
  });

  it('D9 a seat that nobody took in time is closed, and the transaction can finish', async () => {
    const { world, transaction } = open({
      receiverCount: 2,
      receiverAcquireTimeoutMs: 500,
    });
    const ref = transaction.addObject(new ChunkList(['x']));
    const outcome = transaction.complete();
    const peer = await RawPeer.greeted(world.network, 'a');
    await peer.sayPull(ref);
    await peer.say(peer.confirm(ref));
    await world.clock.advance(501);
    expect(await outcome).toMatchObject({
      end: 'finished',
      status: 'failed',
      reason: 'receiver_failed',
      elapsedMs: 501,
      refs: [
        {
          receivers: [
            { receiverId: 'a', status: 'success' },
            { receiverId: null, reason: 'never_came' },
          ],
        },
      ],
      receivers: [{ receiverId: 'a' }, { receiverId: null, status: 'failed', reason: 'never_came' }],
    });
    expect(await world.close()).toBe(0);
  });

  it('D9 who comes when the empty seats are closed finds it full', async () => {
    const { world, transaction } = open({
      receiverCount: 1,
      receiverAcquireTimeoutMs: 500,
    });
    const object = new ChunkList(['x']);
    const ref = transaction.addObject(object);
    await world.clock.advance(501);
    const peer = await RawPeer.greeted(world.network, 'a');
    await peer.sayPull(ref);
    expect(peer.refusals).toEqual(['full']);
    expect(object.callbacks).toEqual(['downloadedToAll']);
    expect(await transaction.complete()).toMatchObject({ end: 'finished', status: 'failed' });
    expect(await world.close()).toBe(0);
  });

  it('D9 a receiver that never came is failed on an object that is added later, too', async () => {
    const { world, transaction } = open({ receiverAcquireTimeoutMs: 500, receivers: ['a'] });
    transaction.addObject(new ChunkList(['x']));
    await world.clock.advance(501);
    const late = new ChunkList(['y']);
    const ref = transaction.addObject(late);
    expect(late.callbacks).toEqual(['downloadedToOne a failed', 'downloadedToAll']);
    const peer = await RawPeer.greeted(world.network, 'a');
    await peer.sayPull(ref);
    expect(peer.refusals).toEqual(['already_failed']);
    expect(await transaction.complete()).toMatchObject({ end: 'finished', reason: 'receiver_failed' });
    expect(await world.close()).toBe(0);
  });

  it('D9 an object added late to seats that are all closed is through at once', async () => {
    const { world, transaction } = open({
      receiverCount: 1,
      receiverAcquireTimeoutMs: 500,
    });
    transaction.addObject(new ChunkList(['x']));
    await world.clock.advance(501);
    const late = new ChunkList(['y']);
    transaction.addObject(late);
    expect(late.callbacks).toEqual(['downloadedToAll']);
    expect(await transaction.complete()).toMatchObject({ refs: [{}, { receivers: [{ reason: 'never_came' }] }] });
    expect(await world.close()).toBe(0);
  });

  it('D9 a receiver that went silent on all refs is failed on each open one, however lively the others are (fault W19)', async () => {
    const { world, transaction } = open({ receiverIdleTimeoutMs: 1000 });
    const objects = [new ChunkList(['x']), new ChunkList(['y']), new ChunkList(['z'])] as const;
    const [first, second, third] = objects;
    const refs = addBoth(transaction, first, second);
    transaction.addObject(third);
    const [a, b] = [await RawPeer.greeted(world.network, 'a'), await RawPeer.greeted(world.network, 'b')];
    await a.sayPull(refs[0]);
    await a.say(a.confirm(refs[0]));
    await a.sayPull(refs[1], { downloadId: 'D2', credit: one });
    await b.sayPull(refs[0], { credit: one });
    for (let elapsedMs = 0; elapsedMs < 2000; elapsedMs += 500) {
      await world.clock.advance(500);
      await b.say(busy(refs[0]));
    }
    expect(a.last('refused')?.header).toMatchObject({ downloadId: 'D2', code: 'already_failed' });
    expect(objects.map((object) => object.callbacks)).toEqual([
      ['downloadedToOne a success'],
      ['downloadedToOne a failed'],
      ['downloadedToOne a failed'],
    ]);
    expect((await transaction.delete()).refs.map(({ receivers }) => receivers[0]?.reason)).toEqual([
      undefined,
      'idle',
      'idle',
    ]);
    expect(await world.close()).toBe(0);
  });

  it('D9 pulling one ref keeps a receiver alive on the others', async () => {
    const { world, transaction } = open({ receiverIdleTimeoutMs: 1000, receivers: ['a'] });
    const refs = addBoth(transaction, new ChunkList(['x', 'y']), new ChunkList(['z']));
    const peer = await RawPeer.greeted(world.network, 'a');
    await peer.sayPull(refs[0], { credit: one });
    await peer.sayPull(refs[1], { downloadId: 'D2', credit: one });
    for (let elapsedMs = 0; elapsedMs < 5000; elapsedMs += 500) {
      await world.clock.advance(500);
      await peer.say(busy(refs[0]));
    }
    expect(peer.refusals).toEqual([]);
    await world.clock.advance(1001);
    expect(peer.refusals).toEqual(['already_failed', 'already_failed']);
    expect(await world.close()).toBe(0);
  });

  it('D9 a receiver with nothing left to pull is not idle; with a new object its time begins anew', async () => {
    const { world, transaction } = open({ receiverIdleTimeoutMs: 1000, receivers: ['a'] });
    const ref = transaction.addObject(new ChunkList(['x']));
    const peer = await RawPeer.greeted(world.network, 'a');
    await peer.sayPull(ref);
    await peer.say(peer.confirm(ref));
    await world.clock.advance(5000);
    const late = new ChunkList(['y']);
    transaction.addObject(late);
    await world.clock.advance(1000);
    expect(late.callbacks).toEqual([]);
    await world.clock.advance(1);
    expect(late.callbacks).toEqual(['downloadedToOne a failed', 'downloadedToAll']);
    expect(await world.close()).toBe(0);
  });

  it('D9 adding objects does not keep a silent receiver alive', async () => {
    const { world, transaction } = open({ receiverIdleTimeoutMs: 1000, receivers: ['a'] });
    const ref = transaction.addObject(new ChunkList(['x']));
    const peer = await RawPeer.greeted(world.network, 'a');
    await peer.sayPull(ref, { credit: { upToSeq: 0, upToBytes: 0 } });
    await world.clock.advance(999);
    transaction.addObject(new ChunkList(['y']));
    await world.clock.advance(2);
    expect(peer.refusals).toEqual(['already_failed']);
    expect(await world.close()).toBe(0);
  });

  it('D9 the first pull of a receiver starts its idle budget, however long the transaction lasts', async () => {
    const { world, transaction } = open({ receiverIdleTimeoutMs: 50, receivers: ['a'] });
    const ref = transaction.addObject(new ChunkList(['x', 'y']));
    await world.clock.advance(5000);
    const peer = await RawPeer.greeted(world.network, 'a');
    await peer.sayPull(ref, { credit: one });
    await world.clock.advance(51);
    expect(peer.refusals).toEqual(['already_failed']);
    expect(await world.close()).toBe(0);
  });

  it('D9 a late confirmation does not undo a budget failure, and is not acknowledged', async () => {
    const { world, transaction } = open({ receiverIdleTimeoutMs: 1000, receivers: ['a'] });
    const object = new ChunkList(['x']);
    const ref = transaction.addObject(object);
    const peer = await RawPeer.greeted(world.network, 'a');
    await peer.sayPull(ref);
    await world.clock.advance(1001);
    await peer.say(peer.confirm(ref));
    expect(peer.last('confirmed')?.header).toMatchObject({ recorded: false });
    expect(object.callbacks).toEqual(['downloadedToOne a failed', 'downloadedToAll']);
    expect(await transaction.complete()).toMatchObject({ receivers: [{ status: 'failed', reason: 'unconfirmed' }] });
    await peer.say(peer.confirm(ref));
    expect(peer.last('confirmed')?.header).toMatchObject({ recorded: false });
    expect(await world.close()).toBe(0);
  });

  it('D9 the idle budget is timeoutMs unless given', async () => {
    const { world, transaction } = open({ timeoutMs: 1000 });
    const ref = transaction.addObject(new ChunkList(['x', 'y']));
    const [a, b] = [await RawPeer.greeted(world.network, 'a'), await RawPeer.greeted(world.network, 'b')];
    await a.sayPull(ref, { credit: one });
    await world.clock.advance(500);
    await b.sayPull(ref, { credit: one });
    await world.clock.advance(501);
    expect([a.refusals, b.refusals]).toEqual([['already_failed'], []]);
    expect(await world.close()).toBe(0);
  });

  it('D9 without declared receivers only what was pulled can go idle', async () => {
    const world = new World();
    const transaction = world.owner.newTransaction({ timeoutMs: 10_000, receiverIdleTimeoutMs: 100 });
    const objects = [new ChunkList(['x']), new ChunkList(['y'])] as const;
    const [x] = addBoth(transaction, ...objects);
    const peer = await RawPeer.greeted(world.network, 'a');
    await peer.sayPull(x);
    await peer.say(peer.confirm(x));
    await world.clock.advance(5000);
    expect(objects[1]?.callbacks).toEqual([]);
    expect((await transaction.delete()).refs).toMatchObject([
      { receivers: [{ receiverId: 'a', status: 'success' }] },
      { receivers: [] },
    ]);
    expect(await world.close()).toBe(0);
  });
});

describe('one instant', () => {
  /** The moment at which a deadline of 1,000 ms is passed for the clock of a test. */
  const passedMs = 1001;

  it('D10 a message of that instant is taken before the idle time is judged', async () => {
    const { world, transaction } = open({ timeoutMs: 1000, receivers: ['a'] });
    const ref = transaction.addObject(new ChunkList(['x', 'y']));
    const peer = await RawPeer.greeted(world.network, 'a');
    await peer.sayPull(ref, { credit: one });
    world.clock.setTimer(passedMs, () => void peer.say(busy(ref)));
    await world.clock.advance(passedMs);
    expect(transaction).toMatchObject({ live: true });
    await world.clock.advance(1001);
    expect(await transaction.outcome).toMatchObject({ end: 'timeout', elapsedMs: 2002 });
    expect(await world.close()).toBe(0);
  });

  it('D10 a confirmation of that instant is a success, not a budget failure', async () => {
    const { world, transaction } = open({ timeoutMs: 5000, receiverIdleTimeoutMs: 1000, receivers: ['a'] });
    const ref = transaction.addObject(new ChunkList(['x']));
    const outcome = transaction.complete();
    const peer = await RawPeer.greeted(world.network, 'a');
    await peer.sayPull(ref);
    world.clock.setTimer(passedMs, () => void peer.say(peer.confirm(ref)));
    await world.clock.advance(passedMs);
    expect(await outcome).toMatchObject({ end: 'finished', status: 'completed', elapsedMs: passedMs });
    expect(await world.close()).toBe(0);
  });

  it('D10 the idle time of the transaction is judged before the budgets of receivers', async () => {
    const { world, transaction } = open({ timeoutMs: 1000, receiverIdleTimeoutMs: 1000, receivers: ['a'] });
    const object = new ChunkList(['x', 'y']);
    const ref = transaction.addObject(object);
    const outcome = transaction.complete();
    const peer = await RawPeer.greeted(world.network, 'a');
    await peer.sayPull(ref, { credit: one });
    await world.clock.advance(passedMs);
    expect(await outcome).toMatchObject({ end: 'timeout', receivers: [{ reason: 'timeout' }] });
    expect(object.callbacks).toEqual(['transactionDone timeout', 'release']);
    expect(await world.close()).toBe(0);
  });

  it('D10 the deadline is judged before the budgets', async () => {
    const { world, transaction } = open({ deadlineMs: 1000, receiverAcquireTimeoutMs: 1000, receivers: ['a'] });
    transaction.addObject(new ChunkList(['x']));
    const outcome = transaction.complete();
    await world.clock.advance(passedMs);
    expect(await outcome).toMatchObject({ end: 'timeout', reason: 'timeout' });
    expect(await world.close()).toBe(0);
  });

  it('D10 all final before: it finishes, though its idle time is over in the same instant', async () => {
    const { world, transaction } = open({ timeoutMs: 1000, receivers: ['a'] });
    const ref = transaction.addObject(new ChunkList(['x']));
    const peer = await RawPeer.greeted(world.network, 'a');
    await peer.sayPull(ref);
    await peer.say(peer.confirm(ref));
    let outcome = transaction.outcome;
    world.clock.setTimer(passedMs, () => void (outcome = transaction.complete()));
    await world.clock.advance(passedMs);
    expect(await outcome).toMatchObject({ end: 'finished', status: 'completed' });
    expect(await world.close()).toBe(0);
  });

  it('D10 budgets are judged before finished: the last failure finishes in that instant', async () => {
    const { world, transaction } = open({ timeoutMs: 5000, receiverAcquireTimeoutMs: 1000, receivers: ['a', 'b'] });
    transaction.addObject(new ChunkList(['x']));
    const outcome = transaction.complete();
    await world.clock.advance(passedMs);
    expect(await outcome).toMatchObject({ end: 'finished', elapsedMs: passedMs, reason: 'receiver_failed' });
    expect(await world.close()).toBe(0);
  });

  it('D10 a wall clock that jumps changes nothing (fault W20)', async () => {
    const { world, transaction } = open({ timeoutMs: 1000, receivers: ['a'] });
    transaction.addObject(new ChunkList(['x']));
    world.clock.jumpWall(1e9);
    await world.clock.advance(1000);
    world.clock.jumpWall(-2e9);
    expect(transaction).toMatchObject({ live: true });
    await world.clock.advance(1);
    expect(await transaction.outcome).toMatchObject({ end: 'timeout', elapsedMs: 1001 });
    expect(await world.close()).toBe(0);
  });

  it('D10 nobody is failed while one of its pulls still waits for produce', async () => {
    const { world, transaction } = open({ receiverIdleTimeoutMs: 1000, receivers: ['a'] });
    const object = new Gated(['x', 'y']);
    const ref = transaction.addObject(object);
    const peer = await RawPeer.greeted(world.network, 'a');
    await peer.sayPull(ref, { credit: one });
    await world.clock.advance(5000);
    object.last.answer();
    await world.clock.advance(1000);
    expect(peer.refusals).toEqual([]);
    await world.clock.advance(1);
    expect(peer.refusals).toEqual(['already_failed']);
    expect(await world.close()).toBe(0);
  });
});
