import type {
  Outcome,
  ProgressEvent,
  ReceiverStatus,
  Ref,
  Transaction,
  TransactionOptions,
} from '@towline/downloader-core';
import { describe, expect, it } from 'vitest';

import { ChunkList, Collector } from '../support/objects.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { addBoth, Producing } from '../support/scripted.ts';
import { World } from '../support/world.ts';

interface Scene {
  readonly world: World;
  readonly transaction: Transaction;
  readonly object: ChunkList;
  readonly ref: Ref;
  readonly peer: RawPeer;
  readonly outcome: Promise<Outcome>;
}

/** A sealed transaction of one object for `a`, who has greeted. */
async function scene(options: Partial<TransactionOptions> = {}, object = new ChunkList(['x'])): Promise<Scene> {
  const world = new World();
  const receivers = options.receiverCount === undefined ? { receivers: ['a'] } : {};
  const transaction = world.owner.newTransaction({ timeoutMs: 10_000, ...receivers, ...options });
  const ref = transaction.addObject(object);
  const outcome = transaction.complete();
  return { world, transaction, object, ref, outcome, peer: await RawPeer.greeted(world.network, 'a') };
}

const recorded = (peer: RawPeer): unknown[] => peer.all('confirmed').map(({ header }) => header['recorded']);

describe('confirmation', () => {
  it('D1 serving eof is provisional: nobody is told of a success before it is confirmed', async () => {
    const states: string[] = [];
    const onProgress = ({ state }: ProgressEvent): void => void states.push(state);
    const { world, transaction, object, ref, peer } = await scene({ onProgress });
    await peer.sayPull(ref);
    expect(peer.last('end')?.header).toMatchObject({ status: 'eof', nonce: expect.any(String) as unknown });
    expect([object.callbacks, states]).toEqual([[], ['active']]);
    expect(transaction).toMatchObject({ live: true });
    await peer.say(peer.confirm(ref));
    expect(object.callbacks.slice(0, 2)).toEqual(['downloadedToOne a success', 'downloadedToAll']);
    expect(states).toEqual(['active', 'completed']);
    expect(await world.close()).toBe(0);
  });

  it('D1 receiver truth beats served truth: a consumer that failed at the end has failed', async () => {
    const { world, object, ref, outcome } = await scene();
    const collector = new (class extends Collector {
      override downloadCompleted(): never {
        throw new Error('disk full');
      }
    })();
    await expect(world.download(world.service('b'), ref, collector)).rejects.toMatchObject({ code: 'not_admitted' });
    await expect(world.download(world.service('a'), ref, collector)).rejects.toMatchObject({ code: 'consumer_failed' });
    expect(await outcome).toMatchObject({
      end: 'finished',
      status: 'failed',
      receivers: [{ status: 'failed', reason: 'consumer_failed' }],
    });
    expect(object.callbacks[0]).toBe('downloadedToOne a failed');
    expect(await world.close()).toBe(0);
  });

  it('D2 the nonce is new for every serve', async () => {
    const { world, ref, peer } = await scene();
    for (const pullNo of [1, 2, 3]) await peer.sayPull(ref, { pullNo });
    const nonces = peer.all('end').map(({ header }) => header['nonce']);
    expect(new Set(nonces).size).toBe(3);
    expect(await world.close()).toBe(0);
  });

  it('D2 unsolicited confirmations change nothing and are answered', async () => {
    const { world, transaction, object, ref, peer } = await scene();
    await peer.say(peer.confirm(ref, { downloadId: 'D1', nonce: 'guess' }));
    await peer.say(peer.confirm({ refId: 'unknown' }, { downloadId: 'D1', nonce: 'guess' }));
    await peer.sayPull(ref, { credit: { upToSeq: 1, upToBytes: 9 } });
    await peer.say(peer.confirm(ref, { downloadId: 'D1', nonce: 'guess' }));
    expect(recorded(peer)).toEqual([false, false, false]);
    expect(peer.all('confirmed').map(({ header }) => [header['downloadId'], header['nonce']])).toEqual([
      ['D1', 'guess'],
      ['D1', 'guess'],
      ['D1', 'guess'],
    ]);
    expect([object.callbacks, transaction]).toMatchObject([[], { live: true }]);
    expect(await world.close()).toBe(0);
  });

  it('D2 a confirmation with a wrong nonce, or of another receiver, is stale', async () => {
    const { world, object, ref, peer } = await scene({ receivers: ['a', 'b'] });
    await peer.sayPull(ref);
    await peer.say(peer.confirm(ref, { nonce: 'wrong' }));
    await peer.say(peer.confirm(ref, { downloadId: 'D2' }));
    expect(recorded(peer)).toEqual([false, false]);
    const other = await RawPeer.greeted(world.network, 'b');
    await other.say(peer.confirm(ref));
    expect(recorded(other)).toEqual([false]);
    expect(object.callbacks).toEqual([]);
    expect(await world.close()).toBe(0);
  });

  it.each([
    ['no nonce', { nonce: undefined }],
    ['an unknown status', { status: 'maybe' }],
    ['no ref', { refId: undefined }],
  ])('D2 a malformed confirmation (%s) changes nothing, and the good one after it counts', async (_, fields) => {
    const { world, ref, peer, outcome } = await scene();
    await peer.sayPull(ref);
    await peer.say(peer.confirm(ref, fields));
    expect(peer.refusals).toEqual(['malformed']);
    await peer.say(peer.confirm(ref));
    expect(await outcome).toMatchObject({ status: 'completed' });
    expect(await world.close()).toBe(0);
  });

  it('D2 a confirmation of an earlier life of the ref id is stale', async () => {
    const { world, transaction, ref, peer } = await scene();
    await peer.sayPull(ref);
    const confirm = peer.confirm(ref);
    await transaction.delete();
    const again = world.owner.newTransaction({ timeoutMs: 1000, receivers: ['a'] });
    again.addObject(new ChunkList(['new']), { refId: ref.refId });
    await peer.sayPull(ref, { credit: { upToSeq: 1, upToBytes: 9 } });
    await peer.say(confirm);
    expect(recorded(peer)).toEqual([false]);
    expect(await again.delete()).toMatchObject({ status: 'aborted', receivers: [{ status: 'failed' }] });
    expect(await world.close()).toBe(0);
  });

  it('D3 a later serve to the same download takes the place of the one before', async () => {
    const { world, ref, peer, outcome } = await scene();
    await peer.sayPull(ref);
    const first = peer.confirm(ref);
    await peer.sayPull(ref, { pullNo: 2 }, { next: 1 });
    await peer.say(first);
    expect(recorded(peer)).toEqual([false]);
    await peer.say(peer.confirm(ref));
    expect(recorded(peer)).toEqual([false, true]);
    expect(await outcome).toMatchObject({ status: 'completed' });
    expect(await world.close()).toBe(0);
  });

  it.each([
    ['success', 'failed'],
    ['failed', 'success'],
  ] as const)('D3 the first accepted confirmation (%s) is final, a later %s changes nothing', async (first, second) => {
    const { world, object, ref, peer } = await scene({ receivers: ['a', 'b'] });
    await peer.sayPull(ref);
    await peer.say(peer.confirm(ref, { status: first }));
    await peer.say(peer.confirm(ref, { status: second }));
    expect(recorded(peer)).toEqual([true, false]);
    expect(object.callbacks).toEqual([`downloadedToOne a ${first}`]);
    expect(await world.close()).toBe(0);
  });

  it('D4 repeats are idempotent: each is answered as recorded, and nobody is told twice', async () => {
    const { world, object, ref, peer, outcome } = await scene({ receivers: ['a', 'b'] });
    await peer.sayPull(ref);
    for (let times = 0; times < 3; times += 1) await peer.say(peer.confirm(ref));
    expect(recorded(peer)).toEqual([true, true, true]);
    expect(object.callbacks).toEqual(['downloadedToOne a success']);
    void outcome;
    expect(await world.close()).toBe(0);
  });

  it('D4 a confirmation may come over another link than the one that was served', async () => {
    const { world, ref, peer, outcome } = await scene();
    await peer.sayPull(ref);
    const confirm = peer.confirm(ref);
    world.network.cut('owner', 'a');
    await world.rest();
    await peer.say(peer.hello());
    await peer.say(confirm);
    expect(recorded(peer)).toEqual([true]);
    expect(await outcome).toMatchObject({ status: 'completed' });
    expect(await world.close()).toBe(0);
  });

  it('D4 a confirmation whose answers are lost is repeated until one comes', async () => {
    let lost = 2;
    const world = new World({
      faults: ({ from, bodyBytes, header }) => {
        const isAnswer =
          from === 'owner' && bodyBytes === 0 && new TextDecoder('latin1').decode(header).includes('confirmed');
        if (!isAnswer || lost === 0) return undefined;
        lost -= 1;
        return { kind: 'drop' };
      },
    });
    const transaction = world.owner.newTransaction({ timeoutMs: 10_000, receivers: ['a'] });
    const ref = transaction.addObject(new ChunkList(['x']));
    const outcome = transaction.complete();
    const acknowledged: unknown[] = [];
    const onProgress = (event: ProgressEvent): void => void acknowledged.push(event.acknowledged);
    await world.download(world.service('a'), ref, new Collector(), { onProgress });
    expect(world.kinds('a').filter((kind) => kind === 'confirm')).toHaveLength(3);
    expect(acknowledged.at(-1)).toBe(true);
    expect(await outcome).toMatchObject({ status: 'completed' });
    expect(await world.close()).toBe(0);
  });

  it('D5 one that completed unheard is failed with reason unconfirmed', async () => {
    const { world, transaction, ref, peer } = await scene();
    await peer.sayPull(ref);
    expect(await transaction.delete()).toMatchObject({
      status: 'aborted',
      receivers: [{ receiverId: 'a', status: 'failed', reason: 'unconfirmed' }],
    });
    expect(await world.close()).toBe(0);
  });

  it('D5 one that was in the middle is not told as unconfirmed (fault W11)', async () => {
    const { world, transaction, ref, peer } = await scene();
    await peer.sayPull(ref, { credit: { upToSeq: 1, upToBytes: 9 } });
    expect(await transaction.delete()).toMatchObject({ receivers: [{ status: 'failed', reason: 'deleted' }] });
    expect(await world.close()).toBe(0);
  });

  it('D5 what a receiver gives as its reason is kept short and harmless', async () => {
    const { world, ref, peer, outcome } = await scene();
    await peer.sayPull(ref);
    await peer.say(peer.confirm(ref, { status: 'failed', reason: `\u001b[31m${'x'.repeat(500)}` }));
    const { reason } = (await outcome).receivers[0] ?? {};
    expect(reason).toMatch(/^\\u\{1b\}\[31mx+…?$/u);
    expect(reason?.length).toBeLessThan(100);
    expect(await world.close()).toBe(0);
  });
});

describe('final status', () => {
  it('D6 a final cancel fails the receiver on that ref and ends its pull', async () => {
    const { world, object, ref, peer, outcome } = await scene();
    await peer.sayPull(ref, { credit: { upToSeq: 1, upToBytes: 9 } });
    await peer.say({ kind: 'cancel', downloadId: 'D1', refId: ref.refId, final: true, code: 'consumer_failed' });
    expect(peer.kinds).toEqual(['chunk']);
    expect(object.callbacks.slice(0, 2)).toEqual(['downloadedToOne a failed', 'downloadedToAll']);
    expect(await outcome).toMatchObject({ end: 'finished', receivers: [{ reason: 'consumer_failed' }] });
    expect(await world.close()).toBe(0);
  });

  it('D6 a cancel that is not final ends the pull and leaves the receiver open', async () => {
    const states: unknown[] = [];
    const onProgress = ({ state, reason }: ProgressEvent): void => void states.push([state, reason]);
    const { world, object, ref, peer, outcome } = await scene({ onProgress });
    const one = { upToSeq: 1, upToBytes: 9 };
    await peer.sayPull(ref, { credit: one });
    await peer.say({ kind: 'cancel', downloadId: 'D1', refId: ref.refId, final: false, code: 'aborted' });
    await peer.say({
      kind: 'grant',
      downloadId: 'D1',
      refId: ref.refId,
      pullNo: 1,
      credit: { upToSeq: 9, upToBytes: 99 },
      consumed: { bytes: 1 },
      consumedSeq: 1,
    });
    expect(peer.kinds).toEqual(['chunk']);
    expect(object.callbacks).toEqual([]);
    expect(states).toEqual([
      ['active', undefined],
      ['retrying', 'aborted'],
    ]);
    await peer.sayPull(ref, { downloadId: 'D2' });
    await peer.say(peer.confirm(ref));
    expect(await outcome).toMatchObject({ status: 'completed' });
    expect(await world.close()).toBe(0);
  });

  it('D6 a cancel frees what a stopped pull had queued', async () => {
    const { world, ref, peer } = await scene();
    peer.transport.pause();
    await Promise.race([peer.sayPull(ref), world.rest()]);
    await world.rest();
    expect(world.owner.stats().budget.usedBytes).toBeGreaterThan(0);
    await peer.say({ kind: 'cancel', downloadId: 'D1', refId: ref.refId, final: false, code: 'aborted' });
    expect(world.owner.stats().budget.usedBytes).toBe(0);
    peer.transport.resume();
    expect(await world.close()).toBe(0);
  });

  it('D6 from one who never pulled it is ignored', async () => {
    const { world, transaction, object, ref, peer } = await scene();
    await peer.say({ kind: 'cancel', downloadId: 'D1', refId: ref.refId, final: true, code: 'aborted' });
    expect([object.callbacks, transaction]).toMatchObject([[], { live: true }]);
    expect(transaction.seats()).toEqual([]);
    await peer.sayPull(ref);
    expect(peer.chunks()).toEqual(['x']);
    expect(await world.close()).toBe(0);
  });

  it('D6 after a success it changes nothing', async () => {
    const { world, object, ref, peer } = await scene({ receivers: ['a', 'b'] });
    await peer.sayPull(ref);
    await peer.say(peer.confirm(ref));
    await peer.say({ kind: 'cancel', downloadId: 'D1', refId: ref.refId, final: true, code: 'aborted' });
    expect(object.callbacks).toEqual(['downloadedToOne a success']);
    expect(await world.close()).toBe(0);
  });

  it('D6 normal completion sends no cancel', async () => {
    const { world, ref } = await scene();
    await world.download(world.service('a'), ref, new Collector());
    expect(world.kinds('a')).not.toContain('cancel');
    expect(await world.close()).toBe(0);
  });

  it('D7 a receiver that is final-failed is refused, whatever download it begins', async () => {
    const { world, object, ref, peer } = await scene({ receivers: ['a', 'b'] });
    await peer.sayPull(ref);
    await peer.say(peer.confirm(ref, { status: 'failed', reason: 'consumer_failed' }));
    await peer.sayPull(ref, { pullNo: 2 });
    await peer.sayPull(ref, { downloadId: 'D2' });
    expect(peer.refusals).toEqual(['already_failed', 'already_failed']);
    expect(object.callbacks).toEqual(['downloadedToOne a failed']);
    expect(await world.close()).toBe(0);
  });

  it('D7 one that is final-successful is served, which changes nothing and asks for no confirmation', async () => {
    const events: ProgressEvent[] = [];
    const { world, object, ref, peer, transaction } = await scene({
      receivers: ['a', 'b'],
      onProgress: (event) => void events.push(event),
    });
    await peer.sayPull(ref);
    await peer.say(peer.confirm(ref));
    await peer.sayPull(ref, { downloadId: 'D2', consumed: { bytes: 1_000_000 } });
    expect(peer.chunks().length).toBe(2);
    expect(peer.last('end')?.header).toMatchObject({ downloadId: 'D2', status: 'eof' });
    expect(peer.last('end')?.header).not.toHaveProperty('nonce');
    await peer.say(peer.confirm(ref, { downloadId: 'D2', nonce: 'none', status: 'failed' }));
    await peer.say({ kind: 'cancel', downloadId: 'D2', refId: ref.refId, final: true, code: 'aborted' });
    expect(object.callbacks).toEqual(['downloadedToOne a success']);
    expect(events.map(({ state }) => state)).toEqual(['active', 'completed']);
    const [a] = (await transaction.delete()).receivers;
    expect(a).toMatchObject({ receiverId: 'a', status: 'success', goodputBytes: 1 });
    expect(a?.wireBytes).toBe(peer.all('chunk').reduce((sum, { body }) => sum + body.byteLength, 0));
    expect(await world.close()).toBe(0);
  });

  it('D7 a success stays one though the object fails when it is served again', async () => {
    let calls = 0;
    const object = new Producing(() => {
      calls += 1;
      return calls === 1 ? { status: 'eof' } : { status: 'error', reason: 'the source has changed' };
    });
    const { world, ref, peer, transaction } = await scene({ receivers: ['a', 'b'] }, object);
    await peer.sayPull(ref);
    await peer.say(peer.confirm(ref));
    await peer.sayPull(ref, { pullNo: 2 });
    expect(peer.last('end')?.header).toMatchObject({ status: 'error' });
    expect((await transaction.delete()).receivers[0]).toMatchObject({ status: 'success' });
    expect(object.callbacks[0]).toBe('downloadedToOne a success');
    expect(await world.close()).toBe(0);
  });

  it('D7 a thrown produce is no final status, a served error is (fault W5)', async () => {
    const answers = [() => Promise.reject(new Error('later')), () => ({ status: 'error', reason: 'never' })];
    const object = new Producing(() => answers.shift()?.());
    const { world, ref, peer, outcome } = await scene({}, object);
    await peer.sayPull(ref);
    expect(object.callbacks).toEqual([]);
    await peer.sayPull(ref, { pullNo: 2 });
    expect(await outcome).toMatchObject({ end: 'finished', receivers: [{ reason: 'source_error' }] });
    expect(object.callbacks[0]).toBe('downloadedToOne a failed');
    expect(await world.close()).toBe(0);
  });

  it('D8 downloadedToAll fires once per ref, after the last expected receiver is final, also when a callback throws (fault W7)', async () => {
    const world = new World();
    const object = new (class extends ChunkList {
      override downloadedToOne(receiverId: string, status: ReceiverStatus): void {
        super.downloadedToOne(receiverId, status);
        throw new Error('no');
      }
    })(['x']);
    const transaction = world.owner.newTransaction({ timeoutMs: 1000, receiverCount: 2 });
    const ref = transaction.addObject(object);
    const outcome = transaction.complete();
    await world.download(world.service('a'), ref, new Collector());
    expect(object.callbacks).toEqual(['downloadedToOne a success']);
    await world.download(world.service('b'), ref, new Collector());
    expect(object.callbacks.slice(1, 3)).toEqual(['downloadedToOne b success', 'downloadedToAll']);
    expect(await outcome).toMatchObject({ status: 'completed' });
    expect(object.callbacks.filter((call) => call === 'downloadedToAll')).toHaveLength(1);
    expect(await world.close()).toBe(0);
  });

  it('D8 the last two receivers in one instant: each is told once, all is told once (fault W24)', async () => {
    const { world, object, ref, outcome } = await scene({ receivers: ['a', 'b'] });
    const services = [world.service('a'), world.service('b')];
    const both = services.map((service) => world.start(service, ref, new Collector()));
    await world.clock.runUntil(Promise.all(both));
    await outcome;
    expect(object.callbacks.toSorted()).toEqual([
      'downloadedToAll',
      'downloadedToOne a success',
      'downloadedToOne b success',
      'release',
      'transactionDone finished',
    ]);
    expect(await world.close()).toBe(0);
  });

  it('D8 seats that nobody took count as final when they are closed', async () => {
    const { world, object, ref, peer } = await scene({
      receiverCount: 2,
      receiverAcquireTimeoutMs: 500,
    });
    await peer.sayPull(ref);
    await peer.say(peer.confirm(ref));
    expect(object.callbacks).toEqual(['downloadedToOne a success']);
    await world.clock.advance(501);
    expect(object.callbacks.slice(1)).toEqual(['downloadedToAll', 'transactionDone finished', 'release']);
    expect(await world.close()).toBe(0);
  });

  it('D8 for each ref of its own', async () => {
    const world = new World();
    const objects = [new ChunkList(['x']), new ChunkList(['y'])] as const;
    const transaction = world.owner.newTransaction({ timeoutMs: 1000, receivers: ['a', 'b'] });
    const [x, y] = addBoth(transaction, ...objects);
    for (const [id, ref] of [
      ['a', x],
      ['b', x],
      ['a', y],
    ] as const)
      await world.download(world.service(id), ref, new Collector());
    expect(objects[0]?.callbacks).toContain('downloadedToAll');
    expect(objects[1]?.callbacks).toEqual(['downloadedToOne a success']);
    expect(await world.close()).toBe(0);
  });
});
