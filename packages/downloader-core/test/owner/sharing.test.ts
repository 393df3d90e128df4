import type { DownloadServiceOptions, Ref, Transaction } from '@towline/downloader-core';
import { describe, expect, it } from 'vitest';

import { ChunkList } from '../support/objects.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { Gated } from '../support/scripted.ts';
import { World } from '../support/world.ts';

const produced = (object: ChunkList): string[] => object.calls.filter((call) => call.startsWith('produce'));
const creditOf = (chunks: number) => ({ credit: { upToSeq: chunks, upToBytes: 1_000_000 } });

class Unshared extends ChunkList {
  readonly sharesChunks = false;
}

class Large extends ChunkList {
  override readonly maxChunkBytes = 4000;
}

/** Selects nothing; its chunks say which request they were made for. */
class Selecting extends ChunkList {
  readonly requestSchema = { parse: (input: unknown) => input };
}

async function worldOf(
  object: ChunkList,
  options: Partial<DownloadServiceOptions> = {},
): Promise<{ world: World; ref: Ref; transaction: Transaction; peers: RawPeer[] }> {
  const world = new World(options);
  const transaction = world.owner.newTransaction({ timeoutMs: 100_000, receivers: ['a', 'b', 'c'] });
  const ref = transaction.addObject(object);
  const peers: RawPeer[] = [];
  for (const id of ['a', 'b', 'c']) peers.push(await RawPeer.greeted(world.network, id));
  return { world, ref, transaction, peers };
}

/** Of three chunks that are each a distance `a` may have all, `b` none yet. */
async function leaderAndFollower(): Promise<{ world: World; ref: Ref; a: RawPeer; b: RawPeer }> {
  const object = new ChunkList(['x'.repeat(500), 'y'.repeat(500), 'z'.repeat(500)]);
  const { world, ref, peers } = await worldOf(object, { budgetBytes: 4096 });
  const [a, b] = peers as [RawPeer, RawPeer];
  await b.sayPull(ref, creditOf(0));
  await a.sayPull(ref, creditOf(3));
  return { world, ref, a, b };
}

describe('chunks that several receivers want', () => {
  it('M2 one state is produced once for all who ask for it at the same time', async () => {
    const object = new Gated(['x']);
    const { world, ref, peers } = await worldOf(object);
    for (const peer of peers) await peer.sayPull(ref);
    expect(object.open).toHaveLength(1);
    object.last.answer();
    await world.rest();
    expect(peers.map((peer) => peer.chunks())).toEqual([['x'], ['x'], ['x']]);
    expect(await world.close()).toBe(0);
  });

  it('M2 it is kept for those near behind, and given back with the last of them', async () => {
    const object = new ChunkList(['x', 'y', 'z']);
    const { world, ref, peers } = await worldOf(object);
    const [a, b] = peers as [RawPeer, RawPeer];
    await b.sayPull(ref, creditOf(0));
    await a.sayPull(ref, creditOf(2));
    expect(world.owner.stats().budget).toMatchObject({ usedBytes: 2, keptBytes: 2 });
    await b.sayPull(ref, { pullNo: 2, ...creditOf(2) });
    expect([a.chunks(), b.chunks(2)]).toEqual([
      ['x', 'y'],
      ['x', 'y'],
    ]);
    expect(produced(object)).toEqual(['produce 0', 'produce 1']);
    expect(world.owner.stats().budget).toMatchObject({ usedBytes: 0, keptBytes: 0 });
    expect(await world.close()).toBe(0);
  });

  it('M2 one that never comes for it pins no memory: its age ends it', async () => {
    const object = new ChunkList(['x', 'y']);
    const { world, ref, peers } = await worldOf(object);
    const [a, b] = peers as [RawPeer, RawPeer];
    await b.sayPull(ref, creditOf(0));
    await a.sayPull(ref, creditOf(1));
    expect(world.owner.stats().budget.usedBytes).toBe(1);
    await world.clock.advance(5000);
    expect(world.owner.stats().budget.usedBytes).toBe(0);
    await b.sayPull(ref, { pullNo: 2, ...creditOf(1) });
    expect(b.chunks(2)).toEqual(['x']);
    expect(produced(object)).toEqual(['produce 0', 'produce 0']);
    expect(await world.close()).toBe(0);
  });

  it('M2 the end of the transaction gives back what was kept', async () => {
    const { world, ref, peers, transaction } = await worldOf(new ChunkList(['x', 'y']));
    const [a, b] = peers as [RawPeer, RawPeer];
    await b.sayPull(ref, creditOf(0));
    await a.sayPull(ref, creditOf(1));
    await world.clock.runUntil(transaction.delete());
    expect(world.owner.stats().budget.usedBytes).toBe(0);
    expect(await world.close()).toBe(0);
  });

  it('M2 two requests at the same state get their own bytes', async () => {
    const object = new Selecting(['x']);
    const { world, ref, peers } = await worldOf(object);
    const [a, b, c] = peers as [RawPeer, RawPeer, RawPeer];
    await b.sayPull(ref, creditOf(0), undefined, { only: 'b' });
    await c.sayPull(ref, creditOf(0), undefined, { only: 'a' });
    await a.sayPull(ref, creditOf(1), undefined, { only: 'a' });
    await b.sayPull(ref, { pullNo: 2, ...creditOf(1) }, undefined, { only: 'b' });
    await c.sayPull(ref, { pullNo: 2, ...creditOf(1) }, undefined, { only: 'a' });
    expect([a.chunks(), b.chunks(2), c.chunks(2)]).toEqual([['x'], ['x'], ['x']]);
    expect(produced(object)).toEqual(['produce 0', 'produce 0']);
    expect(await world.close()).toBe(0);
  });

  it('M2 a receiver that got a chunk damaged has it produced anew', async () => {
    const object = new ChunkList(['x']);
    const { world, ref, peers } = await worldOf(object);
    const [a, b] = peers as [RawPeer, RawPeer];
    await b.sayPull(ref, creditOf(0));
    await a.sayPull(ref, creditOf(1));
    await a.sayPull(ref, { pullNo: 2, refetch: true, ...creditOf(1) });
    expect(produced(object)).toEqual(['produce 0', 'produce 0']);
    expect(await world.close()).toBe(0);
  });

  it('M2 an object can have each its own', async () => {
    const object = new Unshared(['x']);
    const { world, ref, peers } = await worldOf(object);
    for (const peer of peers) await peer.sayPull(ref, creditOf(1));
    expect(produced(object)).toHaveLength(3);
    expect(await world.close()).toBe(0);
  });

  it('M2 when the first one fails or leaves, the next tries for itself', async () => {
    const object = new Gated(['x']);
    const { world, ref, peers } = await worldOf(object);
    for (const peer of peers) await peer.sayPull(ref);
    object.last.fail(new Error('disk'));
    await world.rest();
    expect(peers[0]?.refusals).toEqual(['producer_failed']);
    expect(object.open).toHaveLength(2);
    await peers[1]?.say({ kind: 'cancel', downloadId: 'D1', refId: ref.refId, code: 'stopped', final: true });
    expect(object.open).toHaveLength(3);
    for (const call of object.open) call.answer();
    await world.rest();
    expect(peers.map((peer) => peer.chunks())).toEqual([[], [], ['x']]);
    expect(await world.close()).toBe(0);
  });

  it('M2 what is kept makes room for what is wanted', async () => {
    const { world, ref, peers, transaction } = await worldOf(new ChunkList(['x'.repeat(500), 'y']), {
      budgetBytes: 4096,
    });
    const [a, b, c] = peers as [RawPeer, RawPeer, RawPeer];
    await b.sayPull(ref, creditOf(0));
    await a.sayPull(ref, creditOf(1));
    expect(world.owner.stats().budget).toMatchObject({ usedBytes: 500, keptBytes: 500 });
    await c.sayPull(transaction.addObject(new Large(['z'.repeat(4000)])), creditOf(1));
    expect(c.chunks()).toEqual(['z'.repeat(4000)]);
    expect(world.owner.stats().budget).toMatchObject({ keptBytes: 0, peakBytes: 4000 });
    expect(await world.close()).toBe(0);
  });

  it('M2 who leads lets those near behind catch up, for 50 ms of silence', async () => {
    const { world, ref, a, b } = await leaderAndFollower();
    expect(a.chunks()).toHaveLength(1);
    const told = { downloadId: 'D1', refId: ref.refId };
    await b.say({ kind: 'grant', ...told, pullNo: 1, consumed: { bytes: 0 }, consumedSeq: 0, ...creditOf(1) });
    expect([a.chunks().length, b.chunks().length]).toEqual([2, 1]);
    await world.clock.advance(49);
    expect(a.chunks()).toHaveLength(2);
    await world.clock.advance(1);
    expect(a.chunks()).toHaveLength(3);
    expect(await world.close()).toBe(0);
  });

  it('M2 nobody waits for one that has gone', async () => {
    const { world, ref, a, b } = await leaderAndFollower();
    expect(a.chunks()).toHaveLength(1);
    await b.say({ kind: 'cancel', downloadId: 'D1', refId: ref.refId, final: true, code: 'stopped' });
    expect(a.chunks()).toHaveLength(3);
    expect(await world.close()).toBe(0);
  });

  it('M2 what a receiver leaves lying while others wait is taken back, and it may pull again', async () => {
    const object = new Unshared(['x'.repeat(600), 'y']);
    const { world, ref, peers } = await worldOf(object, { budgetBytes: 1024 });
    const [a, b] = peers as [RawPeer, RawPeer];
    a.transport.pause();
    void a.sayPull(ref);
    await world.rest();
    await b.sayPull(ref);
    expect(world.owner.stats().budget).toMatchObject({ held: [{ receiverId: 'a', heldBytes: 600 }], waiting: 1 });
    await world.clock.advance(4999);
    expect(b.chunks()).toEqual([]);
    await world.clock.advance(1);
    expect(b.chunks()).toEqual(['x'.repeat(600), 'y']);
    a.transport.resume();
    await world.rest();
    expect(a.refusals).toEqual(['stalled']);
    await a.sayPull(ref, { pullNo: 2 });
    expect(a.chunks(2)).toEqual(['x'.repeat(600), 'y']);
    expect(await world.close()).toBe(0);
  });
});
