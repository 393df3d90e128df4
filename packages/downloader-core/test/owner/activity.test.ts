import type { Transaction } from '@towline/downloader-core';
import { describe, expect, it } from 'vitest';

import { ChunkList } from '../support/objects.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { Gated } from '../support/scripted.ts';
import { World } from '../support/world.ts';

const one = { upToSeq: 1, upToBytes: 100 };

/** A world in which `a` is in the middle of a download, with 1,000 ms of idle time. */
async function begun(): Promise<{ world: World; transaction: Transaction; ref: { refId: string }; peer: RawPeer }> {
  const world = new World();
  const transaction = world.owner.newTransaction({ timeoutMs: 1000, receivers: ['a'] });
  const ref = transaction.addObject(new ChunkList(['x', 'y']));
  const peer = await RawPeer.greeted(world.network, 'a');
  await peer.sayPull(ref, { credit: one });
  return { world, transaction, ref, peer };
}

describe('activity', () => {
  it.each([
    ['pull', { pullNo: 2, consumed: { bytes: 1 }, credit: one, requestTimeoutMs: 1000 }],
    ['grant', { pullNo: 1, consumed: { bytes: 0 }, consumedSeq: 0, credit: one }],
    ['busy', {}],
    ['cancel', { final: false, code: 'aborted' }],
  ])('S13 a %s of the current download is activity', async (kind, fields) => {
    const { world, transaction, ref, peer } = await begun();
    await world.clock.advance(999);
    const message = { kind, downloadId: 'D1', refId: ref.refId, ...fields };
    await (kind === 'pull' ? peer.sayBody(message, [new Uint8Array(0)]) : peer.say(message));
    await world.clock.advance(1000);
    expect(transaction).toMatchObject({ live: true });
    await world.clock.advance(1);
    expect(await transaction.outcome).toMatchObject({ end: 'timeout', elapsedMs: 2000 });
    expect(await world.close()).toBe(0);
  });

  it('S13 a confirmation that is recorded is activity', async () => {
    const { world, transaction, ref, peer } = await begun();
    await peer.sayPull(ref, { pullNo: 2 });
    await world.clock.advance(999);
    await peer.say(peer.confirm(ref));
    await world.clock.advance(1000);
    expect(transaction).toMatchObject({ live: true });
    expect(await world.close()).toBe(0);
  });

  it.each([
    [
      'a grant of another download',
      { kind: 'grant', downloadId: 'D9', pullNo: 1, consumed: { bytes: 0 }, consumedSeq: 0, credit: one },
    ],
    ['a busy of another download', { kind: 'busy', downloadId: 'D9' }],
    ['a cancel of another download', { kind: 'cancel', downloadId: 'D9', final: false, code: 'aborted' }],
    ['a confirmation that is unsolicited', { kind: 'confirm', downloadId: 'D1', nonce: 'none', status: 'success' }],
    ['a malformed message', { kind: 'grant', downloadId: 'D1' }],
    ['an unknown message', { kind: 'wave', downloadId: 'D1' }],
  ])('S13 %s is none', async (_, message) => {
    const { world, transaction, ref, peer } = await begun();
    await world.clock.advance(999);
    await peer.say({ refId: ref.refId, ...message });
    await world.clock.advance(2);
    expect(await transaction.outcome).toMatchObject({ end: 'timeout' });
    expect(await world.close()).toBe(0);
  });

  it('S13 a pull that waits for produce is activity, until that ends', async () => {
    const world = new World();
    const object = new Gated(['x', 'y']);
    const transaction = world.owner.newTransaction({ timeoutMs: 1000, receivers: ['a'], produceTimeoutMs: 1e9 });
    const ref = transaction.addObject(object);
    const peer = await RawPeer.greeted(world.network, 'a');
    await peer.sayPull(ref, { credit: one });
    await world.clock.advance(50_000);
    object.last.answer();
    await world.rest();
    expect(peer.chunks()).toEqual(['x']);
    await world.clock.advance(1000);
    expect(transaction).toMatchObject({ live: true });
    await world.clock.advance(1);
    expect(await transaction.outcome).toMatchObject({ end: 'timeout', elapsedMs: 51_001 });
    expect(await world.close()).toBe(0);
  });

  it('S13 a pull that waits for the byte budget is activity, while the one that holds it goes idle', async () => {
    const world = new World({ budgetBytes: 1024 });
    const transaction = world.owner.newTransaction({
      timeoutMs: 10_000,
      receiverIdleTimeoutMs: 1000,
      receivers: ['a', 'b'],
    });
    const ref = transaction.addObject(new ChunkList(['x'.repeat(600), 'y']));
    const [a, b] = [await RawPeer.greeted(world.network, 'a'), await RawPeer.greeted(world.network, 'b')];
    a.transport.pause();
    void a.sayPull(ref);
    await world.rest();
    await b.sayPull(ref, { requestTimeoutMs: 400 });
    // The chunk that is there it gets; what comes after it has no room.
    expect(b.kinds).toEqual(['chunk']);
    await world.clock.advance(1000);
    expect(b.kinds.filter((kind) => kind === 'busy').length).toBeGreaterThan(8);
    await world.clock.advance(1);
    expect(b.chunks()).toEqual(['x'.repeat(600), 'y']);
    await b.say(b.confirm(ref));
    expect((await transaction.complete()).receivers).toMatchObject([
      { receiverId: 'a', status: 'failed', reason: 'idle' },
      { receiverId: 'b', status: 'success' },
    ]);
    expect(await world.close()).toBe(0);
  });

  it('S13 a send that the peer does not take is no activity', async () => {
    const world = new World();
    const transaction = world.owner.newTransaction({ timeoutMs: 1000, receivers: ['a'] });
    const ref = transaction.addObject(new ChunkList(['x', 'y']));
    const peer = await RawPeer.greeted(world.network, 'a');
    peer.transport.pause();
    void peer.sayPull(ref);
    await world.clock.advance(1001);
    expect(await transaction.outcome).toMatchObject({ end: 'timeout' });
    expect(await world.close()).toBe(0);
  });

  it('S14 the owner says busy after a quarter of the time that the receiver waits', async () => {
    const world = new World();
    const object = new Gated(['x']);
    const transaction = world.owner.newTransaction({ timeoutMs: 100_000, receivers: ['a'] });
    const ref = transaction.addObject(object);
    const peer = await RawPeer.greeted(world.network, 'a');
    await peer.sayPull(ref, { requestTimeoutMs: 1000 });
    await world.clock.advance(249);
    expect(peer.kinds).toEqual([]);
    await world.clock.advance(1);
    expect(peer.last('busy')?.header).toMatchObject({ downloadId: 'D1', refId: ref.refId });
    await world.clock.advance(500);
    expect(peer.kinds).toEqual(['busy', 'busy', 'busy']);
    object.last.answer();
    await world.rest();
    object.last.answer();
    await world.clock.advance(10_000);
    expect(peer.kinds).toEqual(['busy', 'busy', 'busy', 'chunk', 'end']);
    expect(await world.close()).toBe(0);
  });

  it('S14 a slow describe is busy, too', async () => {
    const world = new World();
    const object = Object.assign(new ChunkList(['x']), { describe: () => new Promise<never>(() => {}) });
    const transaction = world.owner.newTransaction({ timeoutMs: 100_000, receivers: ['a'] });
    const ref = transaction.addObject(object);
    const peer = await RawPeer.greeted(world.network, 'a');
    await peer.sayPull(ref, { requestTimeoutMs: 1000, describe: { maxBytes: 100 } });
    await world.clock.advance(1000);
    expect(peer.kinds).toEqual(['busy', 'busy', 'busy', 'busy']);
    expect(await world.close()).toBe(0);
  });

  it('S14 a receiver with the shortest of timeouts does not make the owner talk without end', async () => {
    const world = new World();
    const transaction = world.owner.newTransaction({ timeoutMs: 100_000, receivers: ['a'] });
    const ref = transaction.addObject(new Gated(['x']));
    const peer = await RawPeer.greeted(world.network, 'a');
    await peer.sayPull(ref, { requestTimeoutMs: 1e-9 });
    await world.clock.advance(1000);
    expect(peer.kinds.length).toBeLessThanOrEqual(20);
    expect(await world.close()).toBe(0);
  });
});
