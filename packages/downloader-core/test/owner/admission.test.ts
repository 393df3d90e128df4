import type { IdentityStrength } from '@towline/downloader-core';
import { describe, expect, it } from 'vitest';

import { ChunkList, Collector } from '../support/objects.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { addBoth, Gated } from '../support/scripted.ts';
import { World } from '../support/world.ts';

describe('admission', () => {
  it('R8 with declared identities others get not_admitted, and nothing of them is kept (fault W6)', async () => {
    const world = new World();
    const object = new ChunkList(['x']);
    const transaction = world.owner.newTransaction({ timeoutMs: 1000, receivers: ['a'] });
    const ref = transaction.addObject(object);
    const outcome = transaction.complete();
    const stranger = await RawPeer.greeted(world.network, 'b');
    await stranger.sayPull(ref);
    await stranger.say({ kind: 'cancel', downloadId: 'D1', refId: ref.refId, final: true, code: 'aborted' });
    await stranger.say({ kind: 'confirm', downloadId: 'D1', refId: ref.refId, nonce: 'n', status: 'success' });
    expect(stranger.kinds).toEqual(['refused', 'confirmed']);
    expect(stranger.refusals).toEqual(['not_admitted']);
    expect(object.calls.filter((call) => call.startsWith('produce'))).toEqual([]);
    await world.download(world.service('a'), ref, new Collector());
    expect(await outcome).toMatchObject({ status: 'completed', others: [] });
    expect(await world.close()).toBe(0);
  });

  it('R8 a refusal is not activity', async () => {
    const world = new World();
    const transaction = world.owner.newTransaction({ timeoutMs: 1000, receivers: ['a'] });
    const ref = transaction.addObject(new ChunkList(['x']));
    const stranger = await RawPeer.greeted(world.network, 'b');
    await world.clock.advance(900);
    await stranger.sayPull(ref);
    await world.clock.advance(101);
    expect(await transaction.outcome).toMatchObject({ end: 'timeout' });
    expect(await world.close()).toBe(0);
  });

  it('R8 a stranger is served with all that belongs to it, but never waited for', async () => {
    const world = new World();
    const object = new ChunkList(['xyz']);
    const states: string[] = [];
    const transaction = world.owner.newTransaction({
      timeoutMs: 1000,
      receivers: ['a'],
      admit: 'anyone',
      onProgress: ({ receiverId, state }) => void states.push(`${receiverId} ${state}`),
    });
    const ref = transaction.addObject(object);
    const outcome = transaction.complete();
    expect(await world.download(world.service('s'), ref, new Collector())).toBe('xyz');
    await world.download(world.service('a'), ref, new Collector());
    expect(await outcome).toMatchObject({
      end: 'finished',
      status: 'completed',
      receivers: [{ receiverId: 'a', status: 'success' }],
      others: [{ receiverId: 's', status: 'success', strength: 'proven', goodputBytes: 3 }],
      goodputBytes: 6,
    });
    expect(states).toContain('s completed');
    expect(object.callbacks.slice(0, 3)).toEqual([
      'downloadedToOne s success',
      'downloadedToOne a success',
      'downloadedToAll',
    ]);
    expect(transaction.seats()).toEqual(['a']);
    expect(await world.close()).toBe(0);
  });

  it('R8 a stranger has a tombstone entry, also when it confirms while the transaction settles', async () => {
    const world = new World();
    const slow = new ChunkList(['x']);
    const transaction = world.owner.newTransaction({ timeoutMs: 1000, receivers: ['a'], admit: 'anyone' });
    const ref = transaction.addObject(slow);
    const outcome = transaction.complete();
    const [early, late] = [await RawPeer.greeted(world.network, 'early'), await RawPeer.greeted(world.network, 'late')];
    for (const peer of [early, late]) await peer.sayPull(ref);
    await early.say(early.confirm(ref));
    // The receiver's confirmation finishes the transaction; the stranger's comes in the same instant.
    const a = await RawPeer.greeted(world.network, 'a');
    await a.sayPull(ref);
    const [finishing, following] = [a.say(a.confirm(ref)), late.say(late.confirm(ref))];
    await Promise.all([finishing, following]);
    expect(await outcome).toMatchObject({ others: [{ status: 'success' }, { status: 'success' }] });
    for (const peer of [early, late]) {
      await peer.say(peer.confirm(ref));
      expect(peer.last('confirmed')?.header).toMatchObject({ recorded: true });
      await peer.sayPull(ref, { pullNo: 2 });
      expect(peer.last('end')?.header).toMatchObject({ status: 'eof', pullNo: 2 });
    }
    expect(await world.close()).toBe(0);
  });

  it('R8 a stranger that took one of two objects and went silent has succeeded', async () => {
    const world = new World();
    const objects = [new ChunkList(['x']), new ChunkList(['y'])];
    const transaction = world.owner.newTransaction({
      timeoutMs: 10_000,
      receiverIdleTimeoutMs: 100,
      receivers: ['a'],
      admit: 'anyone',
    });
    const [ref] = objects.map((object) => transaction.addObject(object));
    if (!ref) throw new Error('no ref');
    await world.download(world.service('s'), ref, new Collector());
    await world.clock.advance(5000);
    expect(await transaction.delete()).toMatchObject({ others: [{ receiverId: 's', status: 'success' }] });
    expect(objects[1]?.callbacks).toEqual(['transactionDone deleted', 'release']);
    expect(await world.close()).toBe(0);
  });

  it('R8 a stranger that stops in the middle fails by its idle budget on what it pulled', async () => {
    const world = new World();
    const transaction = world.owner.newTransaction({
      timeoutMs: 10_000,
      receiverIdleTimeoutMs: 100,
      receivers: ['a'],
      admit: 'anyone',
    });
    const ref = transaction.addObject(new ChunkList(['x', 'y']));
    const untouched = new ChunkList(['z']);
    transaction.addObject(untouched);
    const stranger = await RawPeer.greeted(world.network, 's');
    await world.clock.advance(1000);
    await stranger.sayPull(ref, { credit: { upToSeq: 1, upToBytes: 9 } });
    await world.clock.advance(100);
    expect(stranger.refusals).toEqual([]);
    await world.clock.advance(1);
    expect(stranger.refusals).toEqual(['already_failed']);
    expect(untouched.callbacks).toEqual([]);
    expect(await transaction.delete()).toMatchObject({ others: [{ receiverId: 's', reason: 'idle' }] });
    expect(await world.close()).toBe(0);
  });

  it('R8 at most 1,000 strangers are served', async () => {
    const world = new World();
    const transaction = world.owner.newTransaction({ timeoutMs: 1000, receivers: ['a'], admit: 'anyone' });
    const ref = transaction.addObject(new ChunkList(['x']));
    const peers = Array.from({ length: 1001 }, (_, index) => new RawPeer(world.network, `s${index}`));
    for (const peer of peers) {
      void peer.say(peer.hello());
      void peer.sayPull(ref);
    }
    await world.rest();
    expect(peers.filter((peer) => peer.chunks().length === 1)).toHaveLength(1000);
    expect(peers.at(-1)?.refusals).toEqual(['full']);
    const declared = await RawPeer.greeted(world.network, 'a');
    await declared.sayPull(ref);
    expect(declared.chunks()).toEqual(['x']);
    await peers[0]?.sayPull(ref, { pullNo: 2 });
    expect(peers[0]?.chunks(2)).toEqual(['x']);
    expect((await transaction.delete()).others).toHaveLength(1000);
    expect(await world.close()).toBe(0);
  });

  it.each([
    ['proven', undefined, []],
    ['vouched', undefined, ['not_admitted']],
    ['claimed', undefined, ['not_admitted']],
    ['vouched', 'vouched', []],
    ['claimed', 'vouched', ['not_admitted']],
    ['claimed', 'claimed', []],
  ] as const)('R9 a declared receiver that is %s, where trust is %s', async (strength, trust, refusals) => {
    const world = new World();
    const lowered = trust === undefined ? {} : { trust };
    const transaction = world.owner.newTransaction({ timeoutMs: 1000, receivers: ['a'], ...lowered });
    const ref = transaction.addObject(new ChunkList(['x']));
    const peer = await RawPeer.greeted(world.network, 'a', { strength });
    await peer.sayPull(ref);
    expect(peer.refusals).toEqual(refusals);
    expect(await world.close()).toBe(0);
  });

  it('R9 the outcome names the strength', async () => {
    const world = new World();
    const transaction = world.owner.newTransaction({ timeoutMs: 1000, receiverCount: 3 });
    const ref = transaction.addObject(new ChunkList(['x']));
    const outcome = transaction.complete();
    for (const strength of ['claimed', 'vouched', 'proven'] satisfies IdentityStrength[])
      await world.download(world.service(strength, {}, { strength }), ref, new Collector());
    expect((await outcome).receivers).toMatchObject([
      { receiverId: 'claimed', strength: 'claimed' },
      { receiverId: 'vouched', strength: 'vouched' },
      { receiverId: 'proven', strength: 'proven' },
    ]);
    expect(await world.close()).toBe(0);
  });

  it('R9 what a payload says about who sends it counts for nothing', async () => {
    const world = new World();
    const transaction = world.owner.newTransaction({ timeoutMs: 1000, receivers: ['a'] });
    const ref = transaction.addObject(new ChunkList(['x']));
    const liar = await RawPeer.greeted(world.network, 'b');
    await liar.sayPull(ref, { receiverId: 'a', peerId: 'a', from: 'a' });
    expect(liar.refusals).toEqual(['not_admitted']);
    expect(await world.close()).toBe(0);
  });

  it('R9 a confirmation counts only from an identity as strong as the transaction needs', async () => {
    const world = new World();
    const transaction = world.owner.newTransaction({ timeoutMs: 1000, receivers: ['a'] });
    const ref = transaction.addObject(new ChunkList(['x']));
    const proven = await RawPeer.greeted(world.network, 'a');
    await proven.sayPull(ref);
    const confirm = proven.confirm(ref);
    const claimed = await RawPeer.greeted(world.network, 'a', { strength: 'claimed' });
    await claimed.say(confirm);
    expect(claimed.last('confirmed')?.header).toMatchObject({ recorded: false });
    expect(await transaction.delete()).toMatchObject({ receivers: [{ reason: 'unconfirmed' }] });
    expect(await world.close()).toBe(0);
  });

  it('R9 nor does it learn how they ended, or can confirm them', async () => {
    const world = new World();
    const options = { timeoutMs: 1000, receivers: ['a'] };
    const other = world.owner.newTransaction({ ...options, transactionId: 'other' });
    const blocker = new Gated(['y']);
    const [hidden, blocking] = addBoth(other, new ChunkList(['x']), blocker);
    const free = await RawPeer.greeted(world.network, 'a');
    await free.sayPull(hidden);
    await free.sayPull(blocking, { downloadId: 'D2' });
    const confirm = free.confirm(hidden);
    const limited = await RawPeer.greeted(world.network, 'a', { transactionId: 'mine' });
    const outcome = other.delete();
    await limited.sayPull(hidden, { pullNo: 2 });
    expect(limited.refusals).toEqual(['unknown_ref']);
    await limited.say(confirm);
    expect(limited.last('confirmed')?.header).toMatchObject({ recorded: false });
    blocker.last.answer();
    expect(await outcome).toMatchObject({ receivers: [{ status: 'failed' }] });
    expect(await world.close()).toBe(0);
  });

  it('R9 a link that may reach one transaction only does not find the refs of another', async () => {
    const world = new World();
    const [mine, other] = ['mine', 'other'].map((transactionId) =>
      world.owner.newTransaction({ timeoutMs: 1000, transactionId, receivers: ['a'] }),
    );
    const [ref, hidden] = [mine, other].map((transaction) => transaction?.addObject(new ChunkList(['x'])));
    if (!ref || !hidden) throw new Error('no refs');
    const peer = await RawPeer.greeted(world.network, 'a', { transactionId: 'mine' });
    await peer.sayPull(hidden);
    expect(peer.refusals).toEqual(['unknown_ref']);
    await peer.sayPull(ref);
    expect(peer.chunks()).toEqual(['x']);
    await other?.delete();
    await peer.sayPull(hidden, { downloadId: 'D2' });
    expect(peer.refusals).toEqual(['unknown_ref', 'unknown_ref']);
    expect(await world.close()).toBe(0);
  });
});
