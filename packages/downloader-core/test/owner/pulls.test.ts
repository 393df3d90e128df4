import { describe, expect, it } from 'vitest';

import { ChunkList, Collector } from '../support/objects.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { Gated } from '../support/scripted.ts';
import { World } from '../support/world.ts';

async function pulling<O extends ChunkList>(
  object: O,
): Promise<{ world: World; object: O; ref: { refId: string }; peer: RawPeer; done: Promise<unknown> }> {
  const world = new World();
  const transaction = world.owner.newTransaction({ timeoutMs: 10_000, receivers: ['a'] });
  const ref = transaction.addObject(object);
  return { world, object, ref, done: transaction.complete(), peer: await RawPeer.greeted(world.network, 'a') };
}

const one = { upToSeq: 1, upToBytes: 100 };

describe('pulls of one receiver', () => {
  it('S11 every message of a download carries its id and the number of its pull', async () => {
    const { world, ref, peer } = await pulling(new ChunkList(['x']));
    await peer.sayPull(ref, { downloadId: 'D7', pullNo: 3, describe: { maxBytes: 1000 } });
    const marks = peer.received.slice(1).map(({ kind, header }) => [kind, header['downloadId'], header['pullNo']]);
    expect(marks).toEqual([
      ['described', 'D7', 3],
      ['chunk', 'D7', 3],
      ['end', 'D7', 3],
    ]);
    expect(await world.close()).toBe(0);
  });

  it('S11 a pull that is not above the last one of its download is ignored', async () => {
    const { world, object, ref, peer } = await pulling(new ChunkList(['x', 'y']));
    await peer.sayPull(ref, { pullNo: 2, credit: one });
    const before = peer.kinds;
    for (const pullNo of [2, 1, 2]) await peer.sayPull(ref, { pullNo });
    expect(peer.kinds).toEqual(before);
    expect(object.calls.filter((call) => call.startsWith('produce'))).toEqual(['produce 0']);
    expect(await world.close()).toBe(0);
  });

  it('S11 an ignored pull is no activity', async () => {
    const { world, ref, peer, done } = await pulling(new ChunkList(['x', 'y']));
    await peer.sayPull(ref, { pullNo: 2, credit: one });
    await world.clock.advance(9000);
    await peer.sayPull(ref, { pullNo: 1 });
    await world.clock.advance(1001);
    expect(await done).toMatchObject({ end: 'timeout' });
    expect(await world.close()).toBe(0);
  });

  it('S11 a higher one ends the older: its produce is signalled, and what it brings is dropped', async () => {
    const { world, object, ref, peer } = await pulling(new Gated(['x', 'y']));
    await peer.sayPull(ref);
    const older = object.last;
    await peer.sayPull(ref, { pullNo: 2 }, { next: 1 });
    expect(older.context.signal.aborted).toBe(true);
    expect(object.last.context.signal.aborted).toBe(false);
    older.answer();
    await world.rest();
    expect(peer.kinds).toEqual([]);
    object.last.answer();
    await world.rest();
    expect([peer.chunks(1), peer.chunks(2)]).toEqual([[], ['y']]);
    expect(await world.close()).toBe(0);
  });

  it('S11 what is queued of the older is dropped', async () => {
    const { world, ref, peer } = await pulling(new ChunkList(['x', 'y']));
    peer.transport.pause();
    void peer.sayPull(ref);
    await world.rest();
    void peer.sayPull(ref, { pullNo: 2 }, { next: 1 });
    await world.rest();
    peer.transport.resume();
    await world.rest();
    expect([peer.chunks(1), peer.chunks(2)]).toEqual([[], ['y']]);
    expect(world.owner.stats().budget.usedBytes).toBe(0);
    expect(await world.close()).toBe(0);
  });

  it('S11 pulls that race on two refs do not disturb each other (fault W24)', async () => {
    const world = new World();
    const transaction = world.owner.newTransaction({ timeoutMs: 1000, receivers: ['a'] });
    const [x, y] = [transaction.addObject(new ChunkList(['x'])), transaction.addObject(new ChunkList(['y']))];
    const peer = await RawPeer.greeted(world.network, 'a');
    await Promise.all([peer.sayPull(x), peer.sayPull(y, { downloadId: 'D2' })]);
    expect(peer.chunks().toSorted()).toEqual(['x', 'y']);
    const nonces = peer.all('end').map(({ header }) => header['nonce']);
    expect(new Set(nonces).size).toBe(2);
    expect(await world.close()).toBe(0);
  });

  it('S11 a confirmation of an earlier pull leaves the later one open, and the end signals it', async () => {
    const { world, object, ref, peer, done } = await pulling(new Gated(['x']));
    await peer.sayPull(ref, {}, { next: 1 });
    object.last.answer();
    await world.rest();
    const confirm = peer.confirm(ref);
    await peer.sayPull(ref, { pullNo: 2 });
    await peer.say(confirm);
    expect(object.last.context.signal.aborted).toBe(true);
    expect(peer.last('refused')?.header).toMatchObject({ code: 'superseded', pullNo: 2 });
    object.last.answer();
    expect(await world.clock.runUntil(done)).toMatchObject({ status: 'completed' });
    expect(await world.close()).toBe(0);
  });

  it('S12 a new download replaces the old one, which is refused', async () => {
    const { world, object, ref, peer } = await pulling(new Gated(['x', 'y']));
    await peer.sayPull(ref);
    await peer.sayPull(ref, { downloadId: 'D2' });
    expect(object.open[0]?.context.signal.aborted).toBe(true);
    expect(peer.last('refused')?.header).toMatchObject({ code: 'replaced', downloadId: 'D1', pullNo: 1 });
    await peer.sayPull(ref, { pullNo: 2 });
    expect(peer.last('refused')?.header).toMatchObject({ code: 'replaced', downloadId: 'D1', pullNo: 2 });
    object.last.answer();
    await world.rest();
    expect(peer.last('chunk')?.header).toMatchObject({ downloadId: 'D2' });
    expect(await world.close()).toBe(0);
  });

  it('S12 the one that was replaced does not try again, and sends no cancel', async () => {
    const { world, ref, done } = await pulling(new Gated(['x']));
    const service = world.service('a');
    const [first, second] = [new Collector(), new Collector()];
    const older = world.start(service, ref as never, first);
    await world.rest();
    const newer = world.start(service, ref as never, second);
    await world.rest();
    await expect(older).rejects.toMatchObject({ code: 'replaced' });
    expect(world.kinds('a')).not.toContain('cancel');
    expect(first.calls).toEqual(['downloadFailed replaced']);
    newer.catch(() => {});
    void done;
    expect(await world.close()).toBe(0);
  });

  it('S12 a cancel or a confirmation counts only for the current download', async () => {
    const { world, ref, peer, done } = await pulling(new ChunkList(['x']));
    await peer.sayPull(ref);
    const stale = peer.confirm(ref);
    await peer.sayPull(ref, { downloadId: 'D2', credit: one });
    await peer.say(stale);
    expect(peer.last('confirmed')?.header).toMatchObject({ downloadId: 'D1', recorded: false });
    await peer.say({ kind: 'cancel', downloadId: 'D1', refId: ref.refId, final: true, code: 'consumer_failed' });
    await peer.sayPull(ref, { downloadId: 'D2', pullNo: 2 });
    await peer.say(peer.confirm(ref));
    expect(await done).toMatchObject({ status: 'completed' });
    expect(await world.close()).toBe(0);
  });

  it('W3 on a lost link the pulls end and their memory is freed; what is known of the receiver stays', async () => {
    const { world, object, ref, peer, done } = await pulling(new Gated(['x', 'y']));
    await peer.sayPull(ref, {}, { next: 1 });
    object.last.answer();
    await world.rest();
    object.last.answer();
    await world.rest();
    const confirm = peer.confirm(ref);
    await peer.sayPull(ref, { pullNo: 2 });
    expect(world.owner.stats().budget.usedBytes).toBe(1024);
    world.network.cut('owner', 'a');
    await world.rest();
    expect(object.last.context.signal.aborted).toBe(true);
    object.last.answer();
    await world.rest();
    expect(world.owner.stats().budget.usedBytes).toBe(0);
    const calls = object.calls.length;
    await peer.say(peer.hello());
    await peer.sayPull(ref, { pullNo: 1 });
    expect(object.calls).toHaveLength(calls);
    await peer.say(confirm);
    expect(peer.last('confirmed')?.header).toMatchObject({ recorded: true });
    expect(await done).toMatchObject({ status: 'completed' });
    expect(await world.close()).toBe(0);
  });

  it('W3 D9 the idle budget goes on while there is no link', async () => {
    const world = new World();
    const transaction = world.owner.newTransaction({
      timeoutMs: 10_000,
      receiverIdleTimeoutMs: 1000,
      receivers: ['a'],
    });
    const ref = transaction.addObject(new ChunkList(['x', 'y']));
    const outcome = transaction.complete();
    const peer = await RawPeer.greeted(world.network, 'a');
    await peer.sayPull(ref, { credit: one });
    await world.clock.advance(500);
    world.network.cut('owner', 'a');
    await world.clock.advance(501);
    expect(await outcome).toMatchObject({ end: 'finished', receivers: [{ reason: 'idle' }] });
    expect(await world.close()).toBe(0);
  });

  it('B2 a download that failed learns it again after the finish, with the number of its pull', async () => {
    const { world, ref, peer, done } = await pulling(new ChunkList(['x']));
    await peer.sayPull(ref);
    await peer.say(peer.confirm(ref, { status: 'failed' }));
    await done;
    await peer.sayPull(ref, { pullNo: 2 });
    expect(peer.last('end')?.header).toMatchObject({ status: 'error', code: 'already_failed', pullNo: 2, chunks: 0 });
    await peer.sayPull(ref, { downloadId: 'D2' });
    expect(peer.refusals).toEqual(['already_finished']);
    expect(await world.close()).toBe(0);
  });

  it('S12 downloads of two receivers with the same id are two downloads', async () => {
    const world = new World();
    const transaction = world.owner.newTransaction({ timeoutMs: 1000, receivers: ['a', 'b'] });
    const ref = transaction.addObject(new ChunkList(['x']));
    const [a, b] = [await RawPeer.greeted(world.network, 'a'), await RawPeer.greeted(world.network, 'b')];
    await a.sayPull(ref);
    await b.sayPull(ref);
    await b.say({ kind: 'cancel', downloadId: 'D1', refId: ref.refId, final: true, code: 'stopped' });
    await a.say(a.confirm(ref));
    expect((await transaction.complete()).receivers).toMatchObject([
      { receiverId: 'a', status: 'success' },
      { receiverId: 'b', status: 'failed', reason: 'stopped' },
    ]);
    expect(await world.close()).toBe(0);
  });
});
