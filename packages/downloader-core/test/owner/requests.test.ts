import {
  isPlainObject,
  type PlainObject,
  type StartResult,
  type Totals,
  type Transaction,
} from '@towline/downloader-core';
import { describe, expect, it } from 'vitest';

import { pack } from '../../src/wire/pack.ts';
import { bytesOf, ChunkList, type ChunkState, StartingCollector } from '../support/objects.ts';
import { checksumOf, RawPeer } from '../support/raw-peer.ts';
import { World } from '../support/world.ts';

interface Selection {
  readonly from: number;
  readonly padding?: string;
}

/** Chunks of which a request may skip the first. */
class Selectable extends ChunkList {
  readonly requests: unknown[] = [];
  readonly requestSchema = {
    parse: (input: unknown): Selection => {
      if (!isPlainObject(input) || typeof input['from'] !== 'number') throw new TypeError('from is not a number');
      return input as unknown as Selection;
    },
  };

  override produce(
    state: ChunkState | undefined,
    context: Parameters<ChunkList['produce']>[1],
  ): ReturnType<ChunkList['produce']> {
    this.requests.push(context.request);
    const first = (context.request as Selection | undefined)?.from ?? 0;
    return super.produce(state ?? { next: first }, context);
  }

  totals({ from }: Selection): Totals {
    return { totalBytes: this.chunks.slice(from).flat().join('').length };
  }
}

const selecting = (request: PlainObject): StartingCollector => {
  const begin: StartResult<ChunkState> = { request };
  return new StartingCollector(begin);
};
/** A request of exactly `bytes` bytes when it is encoded. */
function requestOf(bytes: number): PlainObject {
  const padding = (length: number): PlainObject => ({ from: 1, padding: 'p'.repeat(length) });
  const surplus = pack(padding(bytes)).byteLength - bytes;
  const request = padding(bytes - surplus);
  expect(pack(request).byteLength).toBe(bytes);
  return request;
}

describe('a request', () => {
  it('R10 is parsed by the object, goes into every produce, and narrows the totals', async () => {
    const world = new World();
    const object = new Selectable(['aa', 'bbb', 'c']);
    const totals: unknown[] = [];
    const transaction = world.owner.newTransaction({
      timeoutMs: 1000,
      receivers: ['a'],
      progressIntervalMs: 0,
      onProgress: ({ bytesTotal }) => void totals.push(bytesTotal),
    });
    const ref = transaction.addObject(object);
    const outcome = transaction.complete();
    expect(await world.download(world.service('a'), ref, selecting({ from: 1 }))).toBe('bbb|c');
    expect(object.requests).toEqual([{ from: 1 }, { from: 1 }, { from: 1 }]);
    expect(totals.at(-1)).toBe(4);
    expect(await outcome).toMatchObject({ status: 'completed', receivers: [{ selected: true, goodputBytes: 4 }] });
    expect(world.owner.stats().budget.usedBytes).toBe(0);
    expect(await world.close()).toBe(0);
  });

  it('R10 is sent once: later pulls name it by its checksum', async () => {
    const world = new World({
      faults: ({ nth, from }) => (from === 'owner' && nth === 6 ? { kind: 'drop' } : undefined),
    });
    const object = new Selectable(['aa', 'bbb', 'c']);
    const transaction = world.owner.newTransaction({ timeoutMs: 100_000, receivers: ['a'] });
    const ref = transaction.addObject(object);
    const collector = selecting({ from: 0 });
    expect(await world.download(world.service('a'), ref, collector, { requestTimeoutMs: 500 })).toBe('aa|bbb|c');
    const pulls = world.sent.filter(({ kind }) => kind === 'pull').map(({ header }) => header);
    const segments = pulls.map((header) => (header['body'] as { lengths: number[] }).lengths.length);
    expect(pulls.map((header) => header['request'] !== undefined)).toEqual([false, true, true]);
    expect(segments).toEqual([1, 2, 1]);
    expect(await world.close()).toBe(0);
  });

  it('R10 a selection that leaves everything is no selection', async () => {
    const world = new World();
    const transaction = world.owner.newTransaction({ timeoutMs: 1000, receivers: ['a'] });
    const ref = transaction.addObject(new Selectable(['aa']));
    const outcome = transaction.complete();
    await world.download(world.service('a'), ref, selecting({ from: 0 }));
    expect((await outcome).receivers[0]).not.toHaveProperty('selected');
    expect(await world.close()).toBe(0);
  });

  it('R10 an object without a schema takes none', async () => {
    const world = new World();
    const transaction = world.owner.newTransaction({ timeoutMs: 1000, receivers: ['a'] });
    const ref = transaction.addObject(new ChunkList(['aa']));
    const download = world.download(world.service('a'), ref, selecting({ from: 0 }));
    await expect(download).rejects.toMatchObject({ code: 'bad_request', side: 'remote' });
    expect(await world.close()).toBe(0);
  });

  it('R10 one that the schema refuses ends the download and holds nothing', async () => {
    const world = new World();
    const object = new Selectable(['aa']);
    const transaction = world.owner.newTransaction({ timeoutMs: 1000, receivers: ['a'] });
    const ref = transaction.addObject(object);
    const download = world.download(world.service('a'), ref, selecting({ from: 'x' }));
    await expect(download).rejects.toMatchObject({ code: 'bad_request' });
    expect(object.requests).toEqual([]);
    expect(world.owner.stats().budget.usedBytes).toBe(0);
    expect(await world.close()).toBe(0);
  });

  it('R10 one larger than a quarter of the budget is refused, before it is sent around', async () => {
    const world = new World({ budgetBytes: 4000 });
    const transaction = world.owner.newTransaction({ timeoutMs: 1000, receivers: ['a', 'b'] });
    const ref = transaction.addObject(new Selectable(['aa', 'b']));
    const large = world.download(world.service('a'), ref, selecting(requestOf(1001)));
    await expect(large).rejects.toMatchObject({ code: 'request_too_large' });
    expect(await world.download(world.service('b'), ref, selecting(requestOf(1000)))).toBe('b');
    expect(await world.close()).toBe(0);
  });

  it('R10 a claimed size above every limit allocates nothing', async () => {
    const world = new World();
    const transaction = world.owner.newTransaction({ timeoutMs: 1000, receivers: ['a'] });
    const ref = transaction.addObject(new Selectable(['aa']));
    const peer = await RawPeer.greeted(world.network, 'a');
    const bytes = 2 ** 50;
    const [part] = peer.cut(peer.pull(ref, { request: { checksum: new Uint8Array(8), bytes } }), [
      new Uint8Array(0),
      bytesOf('x'),
    ]);
    if (!part) throw new Error('nothing was cut');
    const body = { ...(part.header['body'] as object), lengths: [0, bytes], parts: 1_000_000 };
    await peer.sendBytes(pack({ ...part.header, body }), part.body);
    expect(peer.refusals).toEqual(['request_too_large']);
    expect(await world.close()).toBe(0);
  });

  it('R10 one that does not fit waits, and the receiver hears that the owner is busy', async () => {
    const world = new World({ budgetBytes: 4000 });
    const transaction = world.owner.newTransaction({ timeoutMs: 100_000, receivers: ['a', 'b'] });
    const ref = transaction.addObject(new Selectable(['aa', 'b']));
    const holder = await RawPeer.greeted(world.network, 'a');
    await holder.sayPull(ref, { credit: { upToSeq: 0, upToBytes: 0 } }, undefined, requestOf(900));
    const waiting = world.start(world.service('b'), ref, selecting(requestOf(200)), { requestTimeoutMs: 1000 });
    await world.clock.advance(5000);
    expect(world.kinds('owner').filter((kind) => kind === 'busy').length).toBeGreaterThan(10);
    await holder.say({ kind: 'cancel', downloadId: 'D1', refId: ref.refId, final: true, code: 'stopped' });
    expect(await world.clock.runUntil(waiting)).toBe('b');
    const refusals = world.sent.filter(({ kind }) => kind === 'refused').map(({ header }) => header['code']);
    expect(refusals).toEqual(['request_unknown']);
    expect(world.owner.stats().budget.usedBytes).toBe(0);
    expect(await world.close()).toBe(0);
  });

  it('R10 after a link was lost it is asked for again', async () => {
    const world = new World();
    const object = new Selectable(['aa', 'b', 'cc']);
    const transaction = world.owner.newTransaction({ timeoutMs: 100_000, receivers: ['a'] });
    const ref = transaction.addObject(object);
    const collector = selecting({ from: 1 });
    const consume = collector.consume.bind(collector);
    collector.consume = (data, state, context) => {
      if (collector.received.length === 0) world.network.cut('owner', 'a');
      return consume(data, state, context);
    };
    expect(await world.download(world.service('a'), ref, collector, { windowBytes: 1 })).toBe('b|cc');
    const refusals = world.sent.filter(({ kind }) => kind === 'refused').map(({ header }) => header['code']);
    expect(refusals).toEqual(['request_unknown']);
    expect(await world.close()).toBe(0);
  });

  it('R10 W4 one of many messages is put together again', async () => {
    const world = new World();
    const object = new Selectable(['aa', 'b']);
    const transaction = world.owner.newTransaction({ timeoutMs: 1000, receivers: ['a'] });
    const ref = transaction.addObject(object);
    const request = { from: 1, padding: 'p'.repeat(1_000_000) };
    const small = world.service('a', {}, { maxMessageBytes: 131_072 });
    expect(await world.download(small, ref, selecting(request))).toBe('b');
    expect(object.requests[0]).toEqual(request);
    expect(world.kinds('a').filter((kind) => kind === 'pull').length).toBeGreaterThan(8);
    expect(await world.close()).toBe(0);
  });

  it('R10 two downloads with different requests get what each asked for', async () => {
    const world = new World();
    const transaction = world.owner.newTransaction({ timeoutMs: 1000, receivers: ['a', 'b'] });
    const ref = transaction.addObject(new Selectable(['aa', 'b', 'c']));
    const running = (['a', 'b'] as const).map((id, index) =>
      world.start(world.service(id), ref, selecting({ from: index + 1 })),
    );
    expect(await world.clock.runUntil(Promise.all(running))).toEqual(['b|c', 'c']);
    expect(await world.close()).toBe(0);
  });

  it('R10 one that is named and not held is asked for, and its place is kept', async () => {
    const world = new World();
    const transaction = world.owner.newTransaction({ timeoutMs: 1000, receivers: ['a'] });
    const ref = transaction.addObject(new Selectable(['aa', 'b']));
    const peer = await RawPeer.greeted(world.network, 'a');
    const request = { from: 1 };
    const checksum = checksumOf(pack(request));
    const bytes = pack(request).byteLength;
    await peer.sayPull(ref, { request: { checksum, bytes } });
    expect(peer.refusals).toEqual(['request_unknown']);
    expect(world.owner.stats().budget.usedBytes).toBe(bytes);
    await peer.sayPull(ref, { pullNo: 2, credit: { upToSeq: 1, upToBytes: 9 } }, undefined, request);
    await peer.sayPull(ref, { pullNo: 3, request: { checksum, bytes } });
    expect([peer.chunks(2), peer.chunks(3)]).toEqual([['b'], ['b']]);
    expect(peer.refusals).toEqual(['request_unknown']);
    expect(await world.close()).toBe(0);
  });

  it('R10 a new download without a request gets everything, whatever the one before it asked for', async () => {
    const world = new World();
    const object = new Selectable(['aa', 'b']);
    const transaction = world.owner.newTransaction({ timeoutMs: 1000, receivers: ['a'] });
    const ref = transaction.addObject(object);
    const peer = await RawPeer.greeted(world.network, 'a');
    await peer.sayPull(ref, { credit: { upToSeq: 1, upToBytes: 9 } }, undefined, { from: 1 });
    expect(peer.chunks()).toEqual(['b']);
    expect(world.owner.stats().budget.usedBytes).toBeGreaterThan(0);
    await peer.sayPull(ref, { downloadId: 'D2' });
    expect(peer.chunks().slice(1)).toEqual(['aa', 'b']);
    expect(world.owner.stats().budget.usedBytes).toBe(0);
    expect(await world.close()).toBe(0);
  });

  it.each([
    ['a body whose header tells of no request', { request: undefined }],
    ['a size that is not the one of the body', { request: { checksum: new Uint8Array(8), bytes: 3 } }],
  ])('R10 S1 %s is malformed', async (_, fields) => {
    const world = new World();
    const transaction = world.owner.newTransaction({ timeoutMs: 1000, receivers: ['a'] });
    const ref = transaction.addObject(new Selectable(['aa']));
    const peer = await RawPeer.greeted(world.network, 'a');
    await peer.sayPull(ref, fields, undefined, { from: 1 });
    expect(peer.refusals).toEqual(['malformed']);
    await peer.sayBody(peer.pull(ref), [new Uint8Array(0), new Uint8Array(0), new Uint8Array(0)]);
    expect(peer.refusals).toEqual(['malformed', 'malformed']);
    expect(await world.close()).toBe(0);
  });

  it.each([
    ['the transaction is deleted', (transaction: Transaction) => transaction.delete()],
    ['the link is lost', (_: Transaction, world: World) => Promise.resolve(world.network.cut('owner', 'a'))],
    [
      'the transaction times out',
      (transaction: Transaction, world: World) => world.clock.runUntil(transaction.outcome),
    ],
  ])('R10 what is held is given back when %s', async (_, end) => {
    const world = new World();
    const transaction = world.owner.newTransaction({ timeoutMs: 1000, receivers: ['a', 'b'] });
    const ref = transaction.addObject(new Selectable(['aa', 'b']));
    const peer = await RawPeer.greeted(world.network, 'a');
    await peer.sayPull(ref, { credit: { upToSeq: 0, upToBytes: 0 } }, undefined, { from: 1 });
    const begun = peer.cut(
      peer.pull(ref, { downloadId: 'D2', request: { checksum: new Uint8Array(8), bytes: 40 } }),
      [new Uint8Array(0), new Uint8Array(40)],
      20,
    );
    await peer.sendBytes(pack(begun[0]?.header ?? {}), begun[0]?.body);
    expect(world.owner.stats().budget.usedBytes).toBeGreaterThan(0);
    await end(transaction, world);
    await world.rest();
    expect(world.owner.stats().budget.usedBytes).toBe(0);
    expect(await world.close()).toBe(0);
  });

  it('R10 a cancel that is not final gives it back, too', async () => {
    const world = new World();
    const transaction = world.owner.newTransaction({ timeoutMs: 1000, receivers: ['a'] });
    const ref = transaction.addObject(new Selectable(['aa', 'b']));
    const peer = await RawPeer.greeted(world.network, 'a');
    await peer.sayPull(ref, { credit: { upToSeq: 0, upToBytes: 0 } }, undefined, { from: 1 });
    await peer.say({ kind: 'cancel', downloadId: 'D1', refId: ref.refId, final: false, code: 'aborted' });
    expect(world.owner.stats().budget.usedBytes).toBe(0);
    expect(await world.close()).toBe(0);
  });

  it('R10 a chunk as large as the whole budget comes through although a request is held', async () => {
    const world = new World({ budgetBytes: 1024 });
    const transaction = world.owner.newTransaction({ timeoutMs: 1000, receivers: ['a'] });
    const ref = transaction.addObject(new Selectable(['aa', 'b'.repeat(1024)]));
    expect(await world.download(world.service('a'), ref, selecting({ from: 1 }))).toBe('b'.repeat(1024));
    expect(await world.close()).toBe(0);
  });
});
