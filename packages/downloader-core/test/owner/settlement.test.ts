import type {
  ProgressEvent,
  ReceiverStatus,
  Ref,
  Transaction,
  TransactionDone,
  TransactionOptions,
} from '@towline/downloader-core';
import { describe, expect, it } from 'vitest';

import { deferred } from '../../src/base/deferred.ts';
import { bytesOf, ChunkList, Collector } from '../support/objects.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { addBoth, Gated, Producing } from '../support/scripted.ts';
import { traceOf, World } from '../support/world.ts';

const one = { upToSeq: 1, upToBytes: 100 };
const isSummary = ({ message }: { message: string }): boolean => message.includes(' done: ');

interface Scene<O extends ChunkList> {
  readonly world: World;
  readonly transaction: Transaction;
  readonly object: O;
  readonly ref: Ref;
  readonly peer: RawPeer;
}

async function scene<O extends ChunkList>(object: O, options: Partial<TransactionOptions> = {}): Promise<Scene<O>> {
  const world = new World();
  const transaction = world.owner.newTransaction({ timeoutMs: 10_000, receivers: ['a'], ...options });
  const ref = transaction.addObject(object);
  return { world, transaction, object, ref, peer: await RawPeer.greeted(world.network, 'a') };
}

/** An object whose callbacks do something beside noting themselves. */
class Hooked extends ChunkList {
  readonly #hook: (callback: string) => unknown;

  constructor(hook: (callback: string) => unknown) {
    super(['x']);
    this.#hook = hook;
  }

  override downloadedToOne(receiverId: string, status: ReceiverStatus): void {
    super.downloadedToOne(receiverId, status);
    return this.#hook('downloadedToOne') as void;
  }

  override downloadedToAll(): void {
    super.downloadedToAll();
    return this.#hook('downloadedToAll') as void;
  }

  override transactionDone(transactionId: string, end: 'finished' | 'timeout' | 'deleted'): void {
    void super.transactionDone(transactionId, end);
    return this.#hook('transactionDone') as void;
  }

  override release(): void {
    super.release();
    return this.#hook('release') as void;
  }
}

describe('settlement', () => {
  it('E3 happens in order: streams, log line, objects, onDone, onOutcome, release, outcome', async () => {
    const world = new World();
    const order: string[] = [];
    const named = (name: string): Hooked => new Hooked((callback) => void order.push(`${name} ${callback}`));
    const transaction = world.owner.newTransaction({
      timeoutMs: 10_000,
      receivers: ['a'],
      onProgress: ({ state }) => void (state === 'active' || order.push(state)),
      onDone: () => {
        order.push('onDone', `lines: ${world.lines.filter(isSummary).length}`);
      },
      onOutcome: ({ transactionId }) => {
        order.push('onOutcome', `kept: ${world.owner.outcome(transactionId) !== undefined}`);
      },
    });
    const [ref] = addBoth(transaction, named('first'), named('second'));
    const peer = await RawPeer.greeted(world.network, 'a');
    await peer.sayPull(ref, { credit: one });
    const outcome = transaction.delete().then(({ transactionId }) => {
      order.push(`outcome, kept: ${world.owner.outcome(transactionId) !== undefined}`);
    });
    expect(world.owner.transactionOf(ref.refId)).toBeUndefined();
    await outcome;
    expect(order).toEqual([
      'aborted',
      'first transactionDone',
      'second transactionDone',
      'onDone',
      'lines: 1',
      'onOutcome',
      'kept: false',
      'first release',
      'second release',
      'outcome, kept: true',
    ]);
    expect(await world.close()).toBe(0);
  });

  it('E3 every callback is awaited before the next', async () => {
    const world = new World();
    const order: string[] = [];
    const slowly = (name: string) => async (): Promise<void> => {
      order.push(`${name} begins`);
      await new Promise<void>((resolve) => void world.clock.setTimer(100, resolve));
      order.push(`${name} ends`);
    };
    const object = new ChunkList([]);
    const slow = Object.assign(object, { transactionDone: slowly('transactionDone'), release: slowly('release') });
    const transaction = world.owner.newTransaction({
      timeoutMs: 10_000,
      onDone: slowly('onDone'),
      onOutcome: slowly('onOutcome'),
    });
    transaction.addObject(slow);
    await world.clock.runUntil(transaction.delete());
    const names = ['transactionDone', 'onDone', 'onOutcome', 'release'];
    expect(order).toEqual(names.flatMap((name) => [`${name} begins`, `${name} ends`]));
    expect(await world.close()).toBe(0);
  });

  it.each([
    ['deleted', 'deleted'],
    ['timeout', 'timeout'],
  ] as const)('E3 open pulls are refused with the code of the end: %s', async (end, code) => {
    const { world, transaction, ref, peer } = await scene(new ChunkList(['x', 'y']));
    await peer.sayPull(ref, { credit: one });
    if (end === 'deleted') await transaction.delete();
    else await world.clock.runUntil(transaction.outcome);
    expect(peer.last('refused')?.header).toMatchObject({ code, downloadId: 'D1', pullNo: 1 });
    await peer.sayPull(ref, { pullNo: 2 });
    expect(peer.refusals).toEqual([code, 'unknown_ref']);
    expect(await world.close()).toBe(0);
  });

  it('E3 E5 whoever is in the middle when it finishes is refused and told superseded, never completed (fault W11)', async () => {
    const events: ProgressEvent[] = [];
    const { world, transaction, ref } = await scene(new ChunkList(['x', 'y']), {
      admit: 'anyone',
      onProgress: (event) => events.push(event),
    });
    const outcome = transaction.complete();
    const stranger = await RawPeer.greeted(world.network, 's');
    await stranger.sayPull(ref, { credit: one });
    await world.download(world.service('a'), ref, new Collector());
    expect(stranger.refusals).toEqual(['superseded']);
    expect(await outcome).toMatchObject({ others: [{ status: 'failed', reason: 'superseded' }] });
    const ofStranger = events.filter(({ receiverId }) => receiverId === 's');
    expect(ofStranger.at(-1)).toMatchObject({ state: 'aborted', reason: 'superseded' });
    expect(await world.close()).toBe(0);
  });

  it('E3 running produce calls are signalled and waited for; what they bring is dropped (fault W10)', async () => {
    const { world, transaction, object, ref, peer } = await scene(new Gated(['x']));
    await peer.sayPull(ref);
    const outcome = transaction.delete();
    await world.rest();
    expect(object.last.context.signal.aborted).toBe(true);
    expect(object.callbacks).toEqual([]);
    await world.clock.advance(30_000);
    expect(object.callbacks).toEqual([]);
    object.last.answer();
    expect(await outcome).toMatchObject({ end: 'deleted', goodputBytes: 0, wireBytes: 0, elapsedMs: 30_000 });
    expect(object.callbacks).toEqual(['transactionDone deleted', 'release']);
    expect(peer.kinds).toEqual(['refused']);
    expect(await world.close()).toBe(0);
  });

  it('E3 a describe() that runs is waited for, too (fault W10)', async () => {
    const description = deferred<object>();
    const object = Object.assign(new ChunkList(['x']), { describe: () => description.promise });
    const { world, transaction, ref, peer } = await scene(object);
    await peer.sayPull(ref, { describe: { maxBytes: 1000 } });
    const outcome = transaction.delete();
    await world.clock.advance(1000);
    expect(object.callbacks).toEqual([]);
    description.resolve({});
    await outcome;
    expect(object.callbacks).toEqual(['transactionDone deleted', 'release']);
    expect(await world.close()).toBe(0);
  });

  it('E3 it goes on after drainMs with a warning, and a late result changes nothing', async () => {
    const world = new World({ drainMs: 2000 });
    const object = new Gated(['x']);
    const transaction = world.owner.newTransaction({ timeoutMs: 10_000, receivers: ['a'] });
    const ref = transaction.addObject(object);
    const peer = await RawPeer.greeted(world.network, 'a');
    await peer.sayPull(ref);
    const outcome = transaction.delete();
    await world.clock.advance(1999);
    expect(object.callbacks).toEqual([]);
    await world.clock.advance(1);
    expect(object.callbacks).toEqual(['transactionDone deleted', 'release']);
    expect(world.lines.filter(({ level, message }) => level === 'warn' && message.includes('2000 ms'))).toHaveLength(1);
    const before = [...peer.kinds];
    object.last.answer();
    await world.rest();
    expect(peer.kinds).toEqual(before);
    expect(await outcome).toMatchObject({ goodputBytes: 0 });
    expect(world.owner.stats().budget.usedBytes).toBe(0);
    expect(await world.close()).toBe(0);
  });

  it('E3 sends that the transport still reads are waited for before release', async () => {
    const { world, transaction, object, ref, peer } = await scene(new ChunkList(['x']));
    const outcome = transaction.complete();
    peer.transport.pause();
    void peer.sayPull(ref);
    await world.rest();
    void transaction.delete();
    peer.transport.resume();
    await outcome;
    expect(object.callbacks).toEqual(['transactionDone deleted', 'release']);
    expect(peer.chunks()).toEqual([]);
    expect(peer.refusals).toEqual(['deleted']);
    expect(await world.close()).toBe(0);
  });

  it('E3 confirmations for serves made before count until the outcome is fixed', async () => {
    const world = new World();
    const events: ProgressEvent[] = [];
    const [fast, slow] = [new ChunkList(['x']), new Gated(['y'])];
    const transaction = world.owner.newTransaction({
      timeoutMs: 10_000,
      receivers: ['a'],
      onProgress: (event) => events.push(event),
    });
    const [x, y] = addBoth(transaction, fast, slow);
    const peer = await RawPeer.greeted(world.network, 'a');
    await peer.sayPull(x);
    await peer.sayPull(y, { downloadId: 'D2' });
    const outcome = transaction.delete();
    await world.rest();
    await peer.say(peer.confirm(x));
    expect(peer.last('confirmed')?.header).toMatchObject({ recorded: true });
    await peer.say(peer.confirm(x));
    expect(peer.last('confirmed')?.header).toMatchObject({ recorded: true });
    slow.last.answer();
    expect((await outcome).refs.map(({ receivers }) => receivers[0]?.status)).toEqual(['success', 'failed']);
    expect(fast.callbacks).toEqual([
      'downloadedToOne a success',
      'downloadedToAll',
      'transactionDone deleted',
      'release',
    ]);
    const ends = events.filter(({ state }) => state !== 'active').map(({ refId, state }) => [refId, state]);
    expect(ends).toEqual([
      [x.refId, 'completed'],
      [y.refId, 'aborted'],
    ]);
    expect(await world.close()).toBe(0);
  });

  it('O1 E3 all were confirmed while it settled: completed, although it was deleted', async () => {
    const { world, transaction, object, ref, peer } = await scene(new Gated(['x']), { receivers: ['a'] });
    await peer.sayPull(ref, {}, { next: 1 });
    object.last.answer();
    await world.rest();
    const confirm = peer.confirm(ref);
    await peer.sayPull(ref, { pullNo: 2 });
    const outcome = transaction.delete();
    await peer.say(confirm);
    object.last.answer();
    expect(await outcome).toMatchObject({ end: 'deleted', status: 'completed' });
    expect(await world.close()).toBe(0);
  });

  it('E3 a confirmation after the outcome was fixed is not recorded', async () => {
    const released = deferred<void>();
    const object = Object.assign(new ChunkList(['x']), { release: () => released.promise });
    const { world, transaction, ref, peer } = await scene(object);
    await peer.sayPull(ref);
    const outcome = transaction.delete();
    await world.rest();
    await peer.say(peer.confirm(ref));
    expect(peer.last('confirmed')?.header).toMatchObject({ recorded: false });
    await peer.sayPull(ref, { pullNo: 2 });
    expect(peer.refusals).toEqual(['deleted']);
    released.resolve();
    expect(await outcome).toMatchObject({ receivers: [{ reason: 'unconfirmed' }] });
    expect(object.callbacks).toEqual(['transactionDone deleted']);
    expect(await world.close()).toBe(0);
  });

  it('E3 a confirmation for the older life of a ref id counts while that settles', async () => {
    const { world, transaction, ref, peer } = await scene(new ChunkList(['x']));
    const blocker = new Gated(['y']);
    const other = transaction.addObject(blocker);
    await peer.sayPull(ref);
    const confirm = peer.confirm(ref);
    await peer.sayPull(other, { downloadId: 'D2' });
    const outcome = transaction.delete();
    const newer = world.owner.newTransaction({ timeoutMs: 1000, receivers: ['a'] });
    newer.addObject(new ChunkList(['new']), { refId: ref.refId });
    await peer.say(confirm);
    expect(peer.last('confirmed')?.header).toMatchObject({ recorded: true });
    blocker.last.answer();
    expect((await outcome).refs[0]?.receivers).toMatchObject([{ status: 'success' }]);
    expect(await newer.delete()).toMatchObject({ receivers: [{ status: 'failed', reason: 'never_came' }] });
    expect(await world.close()).toBe(0);
  });

  it('E3 there is one summary line, with status, time, bytes and rate', async () => {
    const world = new World();
    const transaction = world.owner.newTransaction({ timeoutMs: 10_000, receivers: ['a'], transactionId: 'T' });
    const ref = transaction.addObject(new ChunkList(['x'.repeat(500), 'y'.repeat(500)]));
    const outcome = transaction.complete();
    const peer = await RawPeer.greeted(world.network, 'a');
    await peer.sayPull(ref);
    await world.clock.advance(2000);
    await peer.say(peer.confirm(ref));
    await outcome;
    expect(world.lines.filter(isSummary)).toEqual([
      { level: 'info', message: 'transaction T done: finished, completed, 2.0 s, 1000 bytes, 500 bytes/s' },
    ]);
    expect(await world.close()).toBe(0);
  });

  it('E3 onDone gets the original base objects in the order of adding, whatever objects do with their own', async () => {
    const done: TransactionDone[] = [];
    const [first, second] = [{ name: 'first' }, { name: 'second' }];
    const world = new World();
    const transaction = world.owner.newTransaction({ timeoutMs: 1000, onDone: (is) => void done.push(is) });
    const forgetful = (baseObject: object): ChunkList => {
      const object: ChunkList & { baseObject?: object | undefined } = Object.assign(new ChunkList([]), { baseObject });
      object.transactionDone = () => void (object.baseObject = undefined);
      return object;
    };
    const plain = new ChunkList([]);
    for (const object of [forgetful(first), forgetful(second), plain]) transaction.addObject(object);
    await transaction.delete();
    expect(done).toEqual([
      { transactionId: transaction.transactionId, end: 'deleted', baseObjects: [first, second, plain] },
    ]);
    expect(done[0]?.baseObjects[0]).toBe(first);
    expect(await world.close()).toBe(0);
  });

  it('E3 without objects and callbacks there is an outcome all the same', async () => {
    const world = new World();
    const done: unknown[] = [];
    const transaction = world.owner.newTransaction({
      timeoutMs: 1000,
      onDone: ({ baseObjects }) => void done.push(baseObjects),
    });
    expect(await transaction.delete()).toMatchObject({ refs: [], status: 'aborted' });
    expect(done).toEqual([[]]);
    expect(await world.close()).toBe(0);
  });

  it.each(['throws', 'rejects', 'hangs'] as const)(
    'E4 a callback that %s changes nothing else (fault W7, W8)',
    async (how) => {
      const world = new World({ callbackTimeoutMs: 1000 });
      const misbehave = (): unknown => {
        if (how === 'throws') throw new Error('no');
        return how === 'rejects' ? Promise.reject(new Error('no')) : new Promise(() => {});
      };
      const objects = [new Hooked(misbehave), new Hooked(misbehave)] as const;
      const called: string[] = [];
      const transaction = world.owner.newTransaction({
        timeoutMs: 10_000,
        receivers: ['a', 'b'],
        onProgress: () => misbehave() as never,
        onDone: () => {
          called.push('onDone');
          return misbehave() as never;
        },
        onOutcome: () => {
          called.push('onOutcome');
          return misbehave() as never;
        },
      });
      const refs = addBoth(transaction, ...objects);
      const outcome = transaction.complete();
      for (const id of ['a', 'b'])
        for (const ref of refs) await world.download(world.service(id), ref, new Collector());
      expect(await world.clock.runUntil(outcome)).toMatchObject({ end: 'finished', status: 'completed' });
      for (const { callbacks } of objects) {
        expect(callbacks).toEqual([
          'downloadedToOne a success',
          'downloadedToOne b success',
          'downloadedToAll',
          'transactionDone finished',
          'release',
        ]);
      }
      expect(called).toEqual(['onDone', 'onOutcome']);
      const logged = how === 'hangs' ? 'has taken longer than 1000 ms' : 'threw: no';
      const names = ['downloadedToOne()', 'downloadedToAll()', 'transactionDone()', 'release()', 'onDone', 'onOutcome'];
      await world.clock.advance(1000);
      for (const name of names)
        expect(world.lines.some(({ message }) => message.startsWith(`${name} ${logged}`))).toBe(true);
      expect(await world.close()).toBe(0);
    },
  );

  it('E4 after a transaction whose callbacks all failed the next one ends as it should (fault W8)', async () => {
    const world = new World();
    const bad = world.owner.newTransaction({
      timeoutMs: 1000,
      onDone: () => {
        throw new Error('no');
      },
    });
    bad.addObject(
      new Hooked(() => {
        throw new Error('no');
      }),
    );
    const good = new ChunkList(['x']);
    const next = world.owner.newTransaction({ timeoutMs: 1000 });
    next.addObject(good);
    await world.clock.advance(1001);
    expect(await bad.outcome).toMatchObject({ end: 'timeout' });
    expect(await next.outcome).toMatchObject({ end: 'timeout' });
    expect(good.callbacks).toEqual(['transactionDone timeout', 'release']);
    expect(await world.close()).toBe(0);
  });

  it('E4 thenables that throw, and loggers that throw, are isolated as well', async () => {
    const fail = (): never => {
      throw new Error('no log');
    };
    const world = new World({ logger: { debug: fail, info: fail, warn: fail, error: fail } });
    // oxlint-disable-next-line unicorn/no-thenable -- the very thing that is tested
    const evil = Object.defineProperty({}, 'then', {
      get: () => {
        throw new Error('no then');
      },
    });
    const transaction = world.owner.newTransaction({ timeoutMs: 1000, onDone: () => evil as never });
    const object = new Hooked(() => evil);
    transaction.addObject(object);
    expect(await transaction.delete()).toMatchObject({ end: 'deleted' });
    expect(object.callbacks).toEqual(['transactionDone deleted', 'release']);
    expect(await world.close()).toBe(0);
  });

  it('E4 a recycle() that throws breaks no transfer', async () => {
    const recycled: string[] = [];
    const object = new Producing((state) =>
      state
        ? { status: 'eof' }
        : {
            status: 'ok',
            data: bytesOf('x'),
            state: { next: 1 },
            recycle: () => {
              recycled.push('x');
              throw new Error('no');
            },
          },
    );
    const world = new World();
    const endpoint = world.network.endpoint('copying');
    // As a transport over sockets would be: what it sent is nobody else's memory.
    const transport = Object.assign(endpoint, { capabilities: { ...endpoint.capabilities, handsOver: false } });
    const owner = world.service('unused', { transport });
    const transaction = owner.newTransaction({ timeoutMs: 1000, receivers: ['a'] });
    const ref = transaction.addObject(object);
    const outcome = transaction.complete();
    expect(await world.download(world.service('a'), ref, new Collector())).toBe('x');
    expect(await outcome).toMatchObject({ status: 'completed' });
    expect(recycled).toEqual(['x']);
    expect(await world.close()).toBe(0);
  });

  it.each([
    ['timeout', 'failed', 'timeout'],
    ['deleted', 'aborted', 'deleted'],
  ] as const)('E5 streams still open at the end of kind %s are %s', async (end, state, reason) => {
    const events: ProgressEvent[] = [];
    const { world, transaction, ref, peer } = await scene(new ChunkList(['x', 'y']), {
      receivers: ['a', 'b'],
      progressIntervalMs: 0,
      onProgress: (event) => events.push(event),
    });
    await peer.sayPull(ref, { credit: one });
    if (end === 'timeout') await world.clock.runUntil(transaction.outcome);
    else await transaction.delete();
    expect(traceOf(events).states).toEqual(['active', 'active', state]);
    expect(events.at(-1)).toMatchObject({ receiverId: 'a', reason });
    expect(await world.close()).toBe(0);
  });

  it('E5 a receiver that was served everything and has not confirmed is not told as completed', async () => {
    const events: ProgressEvent[] = [];
    const { world, transaction, ref, peer } = await scene(new ChunkList(['x']), {
      onProgress: (event) => events.push(event),
    });
    await peer.sayPull(ref);
    await transaction.delete();
    expect(traceOf(events).states).not.toContain('completed');
    expect(events.at(-1)).toMatchObject({ state: 'aborted' });
    expect(await world.close()).toBe(0);
  });

  it('E5 one that ended before gets no second end', async () => {
    const events: ProgressEvent[] = [];
    const { world, transaction, ref, peer } = await scene(new ChunkList(['x']), {
      receivers: ['a', 'b'],
      onProgress: (event) => events.push(event),
    });
    await peer.sayPull(ref);
    await peer.say(peer.confirm(ref));
    await transaction.delete();
    expect(traceOf(events).states).toEqual(['active', 'completed']);
    expect(await world.close()).toBe(0);
  });
});
