import type { Downloadable, Ref, Transaction, TransactionInfo } from '@towline/downloader-core';
import { describe, expect, it } from 'vitest';

import { deferred } from '../../src/base/deferred.ts';
import { ChunkList, Collector } from '../support/objects.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { World } from '../support/world.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/u;
const withCode = (code: string): unknown => expect.objectContaining({ code, side: 'local' });

/** An object whose `setTransaction` does something of its own. */
class Hooked extends ChunkList {
  readonly #hook: (info: TransactionInfo, refId: string) => unknown;

  constructor(hook: (info: TransactionInfo, refId: string) => unknown) {
    super(['x']);
    this.#hook = hook;
  }

  override setTransaction(info: TransactionInfo, refId: string): void {
    super.setTransaction(info, refId);
    return this.#hook(info, refId) as void;
  }
}

async function refusalsOf(world: World, ref: Ref, id = 'a'): Promise<unknown[]> {
  const peer = await RawPeer.greeted(world.network, id);
  await peer.sayPull(ref);
  return peer.refusals;
}

describe('a ref', () => {
  it('R1 a generated ref id is R and a random UUID, a given one is used as it is', async () => {
    const world = new World();
    const transaction = world.owner.newTransaction({ timeoutMs: 1000 });
    const { refId } = transaction.addObject(new ChunkList([]));
    expect(refId[0]).toBe('R');
    expect(refId.slice(1)).toMatch(uuid);
    expect(transaction.addObject(new ChunkList([]), { refId: 'mine' }).refId).toBe('mine');
    for (const bad of ['', 'a'.repeat(129), 'a\u0000']) {
      expect(() => transaction.addObject(new ChunkList([]), { refId: bad })).toThrow(withCode('invalid_argument'));
    }
    expect(transaction.refs.map((ref) => ref.refId)).toEqual([refId, 'mine']);
    expect(await world.close()).toBe(0);
  });

  it('R1 no log line and no error message shows more than the first 8 characters of a ref id', async () => {
    const world = new World();
    const refId = 'secret-ref-id-that-lets-one-ask';
    const failing = new (class extends ChunkList {
      override produce(): never {
        throw new Error('disk gone');
      }
    })(['x']);
    const transaction = world.owner.newTransaction({ timeoutMs: 1000, receivers: ['a', 'b'] });
    const ref = transaction.addObject(failing, { refId });
    const messages: string[] = [];
    const note = (error: Error): void => void messages.push(error.message);
    expect(() => transaction.addObject(failing, { refId })).toThrow('secret-r');
    await world.download(world.service('a'), ref, new Collector(), { maxRetries: 1, backoffBaseMs: 10 }).catch(note);
    await world.download(world.service('c'), ref, new Collector()).catch(note);
    const peer = await RawPeer.greeted(world.network, 'b');
    await peer.sayPull(ref, {}, { bad: 1 });
    await peer.say({ kind: 'pull', downloadId: 'D2', refId });
    await transaction.delete();
    await world.download(world.service('a'), ref, new Collector()).catch(note);
    const said = [
      ...messages,
      ...world.lines.map(({ message }) => message),
      ...peer.received.map(({ header }) => String(header['reason'])),
    ];
    expect(said.filter((line) => line.includes('secret-ref'))).toEqual([]);
    expect(said.filter((line) => line.includes('secret-r')).length).toBeGreaterThan(4);
    expect(await world.close()).toBe(0);
  });

  it('R2 a ref id that is live anywhere in the service is refused', async () => {
    const world = new World();
    const [one, two] = [1, 2].map(() => world.owner.newTransaction({ timeoutMs: 1000 })) as [Transaction, Transaction];
    one.addObject(new ChunkList(['1']), { refId: 'R' });
    for (const transaction of [one, two]) {
      const late = new ChunkList(['2']);
      expect(() => transaction.addObject(late, { refId: 'R' })).toThrow(withCode('ref_exists'));
      expect(late.calls).toEqual([]);
    }
    expect(two.refs).toEqual([]);
    expect(world.owner.transactionOf('R')).toBe(one);
    expect(await world.close()).toBe(0);
  });

  it('R2 ending an older transaction never removes a newer ref of the same id (fault W3)', async () => {
    const world = new World();
    const released = deferred<void>();
    const slow = Object.assign(new ChunkList(['old']), { release: () => released.promise });
    const older = world.owner.newTransaction({ timeoutMs: 1000 });
    older.addObject(slow, { refId: 'R' });
    const deleted = older.delete();
    await world.rest();
    const newer = world.owner.newTransaction({ timeoutMs: 1000 });
    const ref = newer.addObject(new ChunkList(['new']), { refId: 'R' });
    released.resolve();
    await deleted;
    await older.delete();
    expect(await world.download(world.service('a'), ref, new Collector())).toBe('new');
    expect(await world.close()).toBe(0);
  });

  it('R3 adding something that is no Downloadable throws first, then adding to one that has ended', async () => {
    const world = new World();
    const transaction = world.owner.newTransaction({ timeoutMs: 1000 });
    const unbounded = Object.assign(new ChunkList([]), { maxChunkBytes: undefined });
    const others: unknown[] = [undefined, null, 'text', {}, new Collector(), unbounded];
    for (const zero of [0, -1, 1.5, '7']) others.push(Object.assign(new ChunkList([]), { maxChunkBytes: zero }));
    const add = (object: unknown): unknown => transaction.addObject(object as Downloadable);
    for (const other of others) expect(() => add(other)).toThrow(withCode('not_downloadable'));
    await transaction.delete();
    expect(() => add('text')).toThrow(withCode('not_downloadable'));
    expect(() => add(new ChunkList([]))).toThrow(withCode('transaction_ended'));
    expect(await world.close()).toBe(0);
  });

  it('R4 setTransaction runs once, inside addObject, and already sees itself', async () => {
    const world = new World();
    const seen: unknown[] = [];
    const object = new Hooked((info, refId) => {
      const transaction = world.owner.transaction(info.transactionId);
      seen.push(
        transaction?.refs.map((ref) => ref.refId).includes(refId),
        world.owner.transactionOf(refId) === transaction,
      );
    });
    const transaction = world.owner.newTransaction({ timeoutMs: 1000, receivers: ['a', 'b'] });
    const { refId } = transaction.addObject(object);
    expect(seen).toEqual([true, true]);
    expect(object.calls).toEqual([`setTransaction ${refId}`]);
    expect(object.info).toMatchObject({
      transactionId: transaction.transactionId,
      receivers: ['a', 'b'],
      receiverCount: 2,
    });
    expect(await world.close()).toBe(0);
  });

  it('R4 the info tells who holds a seat now, and no receivers that were not declared', async () => {
    const world = new World();
    const counted = new ChunkList(['x']);
    const byNumber = world.owner.newTransaction({ timeoutMs: 1000, receiverCount: 2 });
    const ref = byNumber.addObject(counted);
    expect(counted.info?.receiverCount).toBe(2);
    expect(counted.info).not.toHaveProperty('receivers');
    expect(counted.info?.seats()).toEqual([]);
    await (await RawPeer.greeted(world.network, 'b')).sayPull(ref);
    await (await RawPeer.greeted(world.network, 'a')).sayPull(ref);
    expect(counted.info?.seats()).toEqual(['b', 'a']);
    const open = new ChunkList(['x']);
    world.owner.newTransaction({ timeoutMs: 1000 }).addObject(open);
    expect(open.info).not.toHaveProperty('receiverCount');
    expect(await world.close()).toBe(0);
  });

  it('R4 if it throws, nothing was added: the transaction finishes without it (fault W16)', async () => {
    const world = new World();
    const transaction = world.owner.newTransaction({ timeoutMs: 1000, receivers: ['a'] });
    const good = transaction.addObject(new ChunkList(['x']));
    const failure = new Error('no');
    const ghost = new Hooked(() => {
      throw failure;
    });
    expect(() => transaction.addObject(ghost, { refId: 'ghost' })).toThrow(failure);
    expect(transaction.refs).toEqual([good]);
    expect(world.owner.transactionOf('ghost')).toBeUndefined();
    expect(await refusalsOf(world, { ...good, refId: 'ghost' }, 'z')).toEqual(['unknown_ref']);
    const outcome = transaction.complete();
    await world.download(world.service('a'), good, new Collector());
    expect(await outcome).toMatchObject({ end: 'finished', status: 'completed' });
    expect(ghost.calls).toEqual(['setTransaction ghost']);
    expect(transaction.refs).toEqual([good]);
    expect(await world.close()).toBe(0);
  });

  it('R4 the id of an object that could not be added is free again', async () => {
    const world = new World();
    const transaction = world.owner.newTransaction({ timeoutMs: 1000 });
    const failing = new Hooked(() => {
      throw new Error('no');
    });
    expect(() => transaction.addObject(failing, { refId: 'R' })).toThrow('no');
    expect(transaction.addObject(new ChunkList([]), { refId: 'R' }).refId).toBe('R');
    expect(await world.close()).toBe(0);
  });

  it('R4 one that is asynchronous and rejects is logged, not left unhandled', async () => {
    const world = new World();
    const transaction = world.owner.newTransaction({ timeoutMs: 1000 });
    transaction.addObject(new Hooked(() => Promise.reject(new Error('too late'))));
    await world.rest();
    expect(world.lines).toContainEqual({ level: 'error', message: 'setTransaction() threw: too late' });
    expect(await world.close()).toBe(0);
  });

  it('R4 it may add another object', async () => {
    const world = new World();
    const transaction = world.owner.newTransaction({ timeoutMs: 1000, receivers: ['a'] });
    const inner = new ChunkList(['inner']);
    const outer = transaction.addObject(new Hooked(() => transaction.addObject(inner, { refId: 'inner' })));
    expect(transaction.refs.map(({ refId }) => refId)).toEqual([outer.refId, 'inner']);
    expect(await world.close()).toBe(0);
  });

  it('R5 an add that races a deletion leaves no servable ref, and the object hears of the end', async () => {
    const world = new World();
    const transaction = world.owner.newTransaction({ timeoutMs: 1000, receivers: ['a'] });
    const object = new Hooked(() => void transaction.delete());
    const ref = transaction.addObject(object);
    expect(await refusalsOf(world, ref)).toEqual(['unknown_ref']);
    expect(world.owner.transactionOf(ref.refId)).toBeUndefined();
    expect(object.callbacks).toEqual(['transactionDone deleted', 'release']);
    expect((await transaction.outcome).refs).toMatchObject([{ refId: ref.refId }]);
    expect(await world.close()).toBe(0);
  });

  it('R5 an object that deletes and then throws was not added', async () => {
    const world = new World();
    const transaction = world.owner.newTransaction({ timeoutMs: 1000, receivers: ['a'] });
    const object = new Hooked(() => {
      void transaction.delete();
      throw new Error('no');
    });
    expect(() => transaction.addObject(object)).toThrow('no');
    expect((await transaction.outcome).refs).toEqual([]);
    expect(object.callbacks).toEqual([]);
    expect(await world.close()).toBe(0);
  });

  it('R6 adding an object is not activity', async () => {
    const world = new World();
    const transaction = world.owner.newTransaction({ timeoutMs: 1000, receivers: ['a'] });
    await world.clock.advance(900);
    transaction.addObject(new ChunkList(['x']));
    await world.clock.advance(100);
    expect(transaction).toMatchObject({ live: true });
    await world.clock.advance(1);
    expect(await transaction.outcome).toMatchObject({ end: 'timeout', elapsedMs: 1001 });
    expect(await world.close()).toBe(0);
  });

  it('R6 adding a ref id drops the tombstone of that id', async () => {
    const world = new World();
    const first = world.owner.newTransaction({ timeoutMs: 1000, receivers: ['a'] });
    const ref = first.addObject(new ChunkList(['x']), { refId: 'R' });
    const done = first.complete();
    await world.download(world.service('a'), ref, new Collector());
    await done;
    expect(await refusalsOf(world, ref)).toEqual(['already_finished']);
    const second = world.owner.newTransaction({ timeoutMs: 1000, receivers: ['a'] });
    second.addObject(new ChunkList(['y']), { refId: 'R' });
    await second.delete();
    expect(await refusalsOf(world, ref)).toEqual(['unknown_ref']);
    expect(await world.close()).toBe(0);
  });

  it('R6 an add that failed leaves the tombstone of that id', async () => {
    const world = new World();
    const first = world.owner.newTransaction({ timeoutMs: 1000, receivers: ['a'] });
    const ref = first.addObject(new ChunkList(['x']), { refId: 'R' });
    const done = first.complete();
    await world.download(world.service('a'), ref, new Collector());
    await done;
    const second = world.owner.newTransaction({ timeoutMs: 1000 });
    const failing = new Hooked(() => {
      throw new Error('no');
    });
    expect(() => second.addObject(failing, { refId: 'R' })).toThrow('no');
    expect(await refusalsOf(world, ref)).toEqual(['already_finished']);
    expect(await world.close()).toBe(0);
  });

  it('R7 a ref is plain JSON without any key, with what others need to find the owner', async () => {
    const world = new World();
    const plain = world.owner
      .newTransaction({ timeoutMs: 1000, transactionId: 'T' })
      .addObject(new ChunkList([]), { refId: 'R' });
    expect(plain).toEqual({ v: 1, owner: 'owner', refId: 'R', transactionId: 'T' });
    const addressed = world.service('there', {}, { addresses: ['tcp://there:1'] });
    const object = Object.assign(new ChunkList([]), { kind: 'chunks' });
    const ref = addressed.newTransaction({ timeoutMs: 1000, transactionId: 'T' }).addObject(object, { refId: 'R' });
    expect(JSON.parse(JSON.stringify(ref))).toEqual({
      v: 1,
      owner: 'there',
      refId: 'R',
      transactionId: 'T',
      kind: 'chunks',
      addresses: ['tcp://there:1'],
    });
    expect(await world.close()).toBe(0);
  });

  it('R7 whoever is admitted and was passed it may pull', async () => {
    const world = new World();
    const transaction = world.owner.newTransaction({ timeoutMs: 1000, receiverCount: 1 });
    const ref = JSON.parse(JSON.stringify(transaction.addObject(new ChunkList(['x'])))) as Ref;
    expect(await world.download(world.service('third party'), ref, new Collector())).toBe('x');
    expect(await world.close()).toBe(0);
  });
});
