import { DownloadError, type ProgressEvent, type Transaction, type TransactionOptions } from '@towline/downloader-core';
import { describe, expect, it } from 'vitest';

import { pack } from '../../src/wire/pack.ts';
import { bytesOf, ChunkList, Collector } from '../support/objects.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { Gated, Producing } from '../support/scripted.ts';
import { traceOf, World } from '../support/world.ts';

const open = (world: World, options: Partial<TransactionOptions> = {}): Transaction =>
  world.owner.newTransaction({ timeoutMs: 10_000, receivers: ['a', 'b'], ...options });

describe('serving', () => {
  it('S1 an unknown ref is refused', async () => {
    const world = new World();
    const peer = await RawPeer.greeted(world.network, 'a');
    await peer.sayPull({ refId: 'nobody knows it' });
    expect(peer.last('refused')?.header).toMatchObject({ code: 'unknown_ref', downloadId: 'D1', pullNo: 1 });
    expect(await world.close()).toBe(0);
  });

  it.each([
    ['no ref id', { refId: undefined }],
    ['an empty ref id', { refId: '' }],
    ['a ref id that is too long', { refId: 'r'.repeat(200) }],
    ['no pull number', { pullNo: undefined }],
    ['a pull number of 0', { pullNo: 0 }],
    ['credit that is no number', { credit: { upToSeq: 'all', upToBytes: 1 } }],
    ['negative credit', { credit: { upToSeq: -1, upToBytes: 1 } }],
    ['consumed bytes beyond 2^53', { consumed: { bytes: 2 ** 60 } }],
    ['no request timeout', { requestTimeoutMs: undefined }],
    ['a request timeout of 0', { requestTimeoutMs: 0 }],
    ['a description limit that is no number', { describe: { maxBytes: '1' } }],
  ])('S1 a pull with %s gets a clear refusal and changes nothing (fault W21)', async (_, fields) => {
    const world = new World();
    const object = new ChunkList(['x']);
    const transaction = world.owner.newTransaction({ timeoutMs: 10_000, receiverCount: 1 });
    const ref = transaction.addObject(object);
    const peer = await RawPeer.greeted(world.network, 'a');
    await peer.sayPull(ref, fields);
    expect(peer.last('refused')?.header).toMatchObject({ code: 'malformed', downloadId: 'D1' });
    expect(transaction.seats()).toEqual([]);
    await peer.sayPull(ref);
    expect(peer.chunks()).toEqual(['x']);
    expect(await world.close()).toBe(0);
  });

  it('S1 a state that the object does not know is refused, and the pull does not count', async () => {
    const world = new World();
    const object = new ChunkList(['x']);
    const ref = open(world).addObject(object);
    const peer = await RawPeer.greeted(world.network, 'a');
    for (const state of [{ next: -1 }, { next: 'x' }, { other: 1 }, {}, { next: 1, more: 2 }])
      await peer.sayPull(ref, {}, state);
    expect(peer.refusals).toEqual(Array.from({ length: 5 }, () => 'bad_state'));
    await peer.sayBody(peer.pull(ref), [bytesOf('no MessagePack')]);
    await peer.sayBody(peer.pull(ref), [pack({ next: 0 }).subarray(0, 3)]);
    expect(peer.refusals.slice(5)).toEqual(['bad_state', 'bad_state']);
    expect(object.calls.filter((call) => call.startsWith('produce'))).toEqual([]);
    await peer.sayPull(ref, {}, { next: 0 });
    expect(peer.chunks()).toEqual(['x']);
    expect(await world.close()).toBe(0);
  });

  it('S1 a state above 64 KiB is refused before it is put together', async () => {
    const world = new World();
    const ref = open(world).addObject(new ChunkList(['x']));
    const peer = await RawPeer.greeted(world.network, 'a');
    await peer.sayBody(peer.pull(ref), [new Uint8Array(70_000)], 30_000);
    expect(peer.refusals).toEqual(['malformed', 'malformed', 'malformed']);
    expect(await world.close()).toBe(0);
  });

  it.each([
    ['of what takes a while has arrived before the first chunk is made', 2 ** 20, true],
    ['of what is small goes with it', 2 ** 20 - 1, false],
  ])('S2 L7 the description %s', async (_, totalBytes, isFirst) => {
    const world = new World();
    const peer = await RawPeer.greeted(world.network, 'a');
    const hadArrived: boolean[] = [];
    const object = new Producing((state) => {
      hadArrived.push(peer.received.some(({ kind }) => kind === 'described'));
      return state === undefined ? { status: 'ok', data: bytesOf('x'), state: { next: 1 } } : { status: 'eof' };
    });
    const large = Object.assign(object, { maxChunkBytes: 2 ** 22, describe: () => ({ kind: 'chunks', totalBytes }) });
    await peer.sayPull(open(world).addObject(large), { describe: { maxBytes: 1000 } });
    expect(peer.chunks()).toEqual(['x']);
    expect(hadArrived[0]).toBe(isFirst);
    expect(await world.close()).toBe(0);
  });

  it('S1 what is no message at all harms nobody: other downloads go on', async () => {
    const world = new World();
    const object = new Gated(['x', 'y']);
    const ref = open(world).addObject(object);
    const [a, b] = [await RawPeer.greeted(world.network, 'a'), await RawPeer.greeted(world.network, 'b')];
    await a.sayPull(ref);
    await b.sayPull(ref);
    for (const garbage of [new Uint8Array(0), bytesOf('garbage'), new Uint8Array(70_000), pack({}), pack({ kind: 7 })])
      await b.sendBytes(garbage);
    for (const call of object.open) call.answer();
    await world.rest();
    expect([a.chunks(), b.chunks()]).toEqual([['x'], ['x']]);
    expect(await world.close()).toBe(0);
  });

  it('S1 a body that is not what its header says is refused, one that arrived damaged is dropped', async () => {
    const world = new World();
    const ref = open(world).addObject(new ChunkList(['x']));
    const peer = await RawPeer.greeted(world.network, 'a');
    const [message] = peer.cut(peer.pull(ref), [pack({ next: 0 })]);
    await peer.sendBytes(pack(message?.header ?? {}), []);
    expect(peer.refusals).toEqual(['malformed']);
    await peer.sendBytes(pack(message?.header ?? {}), [pack({ next: 1 })]);
    expect(peer.kinds).toEqual(['refused']);
    expect(world.lines).toContainEqual({ level: 'warn', message: 'a pull of a arrived damaged and was dropped' });
    expect(await world.close()).toBe(0);
  });

  it('S2 a pull marks activity, then progress begins, then produce runs, then the reply goes out', async () => {
    const world = new World();
    const order: string[] = [];
    const object = new Producing((state, { receiverId, request, signal }) => {
      order.push(`produce ${receiverId} ${String(request)} ${signal.aborted}`);
      return state ? { status: 'eof' } : { status: 'ok', data: bytesOf('x'), state: { next: 1 } };
    });
    const onProgress = ({ state, bytesDone }: ProgressEvent): void => void order.push(`${state} ${bytesDone}`);
    const transaction = open(world, { onProgress, progressIntervalMs: 0 });
    const ref = transaction.addObject(object);
    const peer = await RawPeer.greeted(world.network, 'a');
    peer.onReceived = ({ kind }) => order.push(kind);
    await world.clock.advance(9999);
    await peer.sayPull(ref, { credit: { upToSeq: 1, upToBytes: 9 } });
    expect(order).toEqual(['active 0', 'produce a undefined false', 'active 1', 'chunk']);
    await world.clock.advance(9999);
    expect(transaction).toMatchObject({ live: true });
    expect(await world.close()).toBe(0);
  });

  it('S3 the state comes to produce as the receiver sent it, undefined first', async () => {
    const world = new World();
    const object = new Gated(['x', 'y', 'z']);
    const ref = open(world).addObject(object);
    const peer = await RawPeer.greeted(world.network, 'a');
    await peer.sayPull(ref);
    await peer.sayPull(ref, { pullNo: 2 }, { next: 2 });
    expect(object.open.map(({ state }) => state)).toEqual([undefined, { next: 2 }]);
    expect(await world.close()).toBe(0);
  });

  it('S3 produce runs for several receivers, and twice for one, at the same time', async () => {
    const world = new World();
    const object = new Gated(['x', 'y']);
    const ref = open(world).addObject(object);
    const [a, b] = [await RawPeer.greeted(world.network, 'a'), await RawPeer.greeted(world.network, 'b')];
    await a.sayPull(ref);
    await b.sayPull(ref);
    await a.sayPull(ref, { pullNo: 2 }, { next: 1 });
    expect(object.open.map(({ context }) => context.receiverId)).toEqual(['a', 'a', 'b']);
    for (const call of object.open.toReversed()) call.answer();
    await world.rest();
    expect([a.chunks(1), a.chunks(2), b.chunks()]).toEqual([[], ['y'], ['x', 'y']]);
    expect(await world.close()).toBe(0);
  });

  it('S3 the same request and state give the same bytes, whatever the credit', async () => {
    const world = new World();
    const ref = open(world).addObject(new ChunkList(['aa', ['b', 'cc'], '']));
    const peer = await RawPeer.greeted(world.network, 'a');
    await peer.sayPull(ref);
    await peer.sayPull(ref, { pullNo: 2, credit: { upToSeq: 1, upToBytes: 1 } }, { next: 1 });
    await peer.sayPull(ref, { downloadId: 'D2', credit: { upToSeq: 3, upToBytes: 1_000_000 } });
    const bodies = peer.all('chunk').map(({ body }) => body);
    expect(bodies[3]).toEqual(bodies[1]);
    expect(bodies.slice(4)).toEqual(bodies.slice(0, 3));
    expect(await world.close()).toBe(0);
  });

  it('S4 a slow produce blocks no other ref, transaction, addition, deletion or timer', async () => {
    const world = new World();
    const transaction = open(world);
    const slow = transaction.addObject(new Gated(['x']));
    const peer = await RawPeer.greeted(world.network, 'a');
    await peer.sayPull(slow);
    const sibling = transaction.addObject(new ChunkList(['y']));
    await peer.sayPull(sibling, { downloadId: 'D2' });
    const other = open(world, { timeoutMs: 50 });
    const cousin = other.addObject(new ChunkList(['z']));
    await peer.sayPull(cousin, { downloadId: 'D3' });
    expect(peer.chunks()).toEqual(['y', 'z']);
    expect(await open(world).delete()).toMatchObject({ end: 'deleted' });
    await world.clock.advance(51);
    expect(await other.outcome).toMatchObject({ end: 'timeout' });
    expect(transaction).toMatchObject({ live: true });
    expect(await world.close()).toBe(0);
  });

  it('S4 produce is bounded; the receiver may pull again and succeed', async () => {
    const world = new World();
    const object = new Gated(['x']);
    const transaction = open(world, { produceTimeoutMs: 500, receivers: ['a'] });
    const ref = transaction.addObject(object);
    const outcome = transaction.complete();
    const peer = await RawPeer.greeted(world.network, 'a');
    await peer.sayPull(ref);
    await world.clock.advance(499);
    expect(peer.refusals).toEqual([]);
    await world.clock.advance(1);
    expect(peer.last('refused')?.header).toMatchObject({
      code: 'producer_failed',
      reason: 'produce() took longer than 500 ms',
    });
    expect(object.last.context.signal.aborted).toBe(true);
    await peer.sayPull(ref, { pullNo: 2 });
    object.last.answer();
    await world.rest();
    object.last.answer();
    await world.rest();
    expect(peer.chunks(2)).toEqual(['x']);
    await peer.say(peer.confirm(ref));
    object.open[0]?.answer();
    expect(await world.clock.runUntil(outcome)).toMatchObject({ status: 'completed' });
    expect(await world.close()).toBe(0);
  });

  it('S4 what was reserved for a produce that is late stays reserved until it ends', async () => {
    const world = new World({ budgetBytes: 1024 });
    const object = new Gated(['x']);
    const ref = open(world, { produceTimeoutMs: 500 }).addObject(object);
    const peer = await RawPeer.greeted(world.network, 'a');
    await peer.sayPull(ref);
    await world.clock.advance(1000);
    expect(world.owner.stats().budget.usedBytes).toBe(1024);
    object.last.fail(new Error('at last'));
    await world.rest();
    expect(world.owner.stats().budget.usedBytes).toBe(0);
    expect(await world.close()).toBe(0);
  });

  it('S4 S14 one that may wait for its source waits without bound: that is busy, and activity', async () => {
    const world = new World();
    const object = Object.assign(new Gated(['x']), { mayWait: true });
    const transaction = open(world, { timeoutMs: 1000, receiverIdleTimeoutMs: 100 });
    const ref = transaction.addObject(object);
    const peer = await RawPeer.greeted(world.network, 'a');
    await peer.sayPull(ref, { requestTimeoutMs: 400 });
    await world.clock.advance(100_000);
    expect(peer.kinds).toEqual(Array.from({ length: 1000 }, () => 'busy'));
    object.last.answer();
    await world.rest();
    expect(peer.chunks()).toEqual(['x']);
    expect(await world.close()).toBe(0);
  });

  it.each(['describe', 'totals'] as const)('S4 a %s() that hangs is bounded as produce is', async (method) => {
    const world = new World();
    const hangs = (): Promise<never> => new Promise(() => {});
    const schema = { parse: (input: unknown): unknown => input };
    const object = Object.assign(new ChunkList(['x']), { requestSchema: schema, [method]: hangs });
    const transaction = open(world, { timeoutMs: 1000, produceTimeoutMs: 200 });
    const ref = transaction.addObject(object);
    const peer = await RawPeer.greeted(world.network, 'a');
    await peer.sayPull(ref, { describe: { maxBytes: 1000 } }, undefined, { from: 1 });
    await world.clock.advance(200);
    expect(peer.refusals).toEqual(['producer_failed']);
    expect(await world.clock.runUntil(transaction.outcome)).toMatchObject({ end: 'timeout' });
    expect(await world.close()).toBe(0);
  });

  it('S5 ok sends data and the next state, eof and error are terminal and carry none', async () => {
    const world = new World();
    const transaction = open(world);
    const fine = transaction.addObject(new ChunkList(['x']));
    const bad = transaction.addObject(
      new Producing(() => ({
        status: 'error',
        reason: 'the source is gone',
        code: 'source_changed',
        data: bytesOf('x'),
      })),
    );
    const peer = await RawPeer.greeted(world.network, 'a');
    await peer.sayPull(fine);
    const [chunk, end] = peer.received.slice(1);
    expect(chunk?.header).toMatchObject({ kind: 'chunk', seq: 1, downloadId: 'D1', pullNo: 1 });
    expect(chunk?.body).toEqual(new Uint8Array([...bytesOf('x'), ...pack({ next: 1 })]));
    expect(end?.header).toMatchObject({ kind: 'end', status: 'eof', chunks: 1 });
    expect(end?.body).toHaveLength(0);
    await peer.sayPull(bad, { downloadId: 'D2' });
    expect(peer.last('end')).toMatchObject({
      header: { status: 'error', chunks: 0, code: 'source_changed', reason: 'the source is gone' },
      body: new Uint8Array(0),
    });
    expect(peer.last('end')?.header).not.toHaveProperty('nonce');
    expect(await world.close()).toBe(0);
  });

  it('S6 a returned error ends that receiver on that ref, and no other', async () => {
    const world = new World();
    const object = new Producing((_, { receiverId }) =>
      receiverId === 'a' ? { status: 'error', reason: 'not for you' } : { status: 'eof' },
    );
    const transaction = open(world);
    const ref = transaction.addObject(object);
    const outcome = transaction.complete();
    const download = world.download(world.service('a'), ref, new Collector());
    await expect(download).rejects.toMatchObject({ code: 'source_error', side: 'remote' });
    await expect(world.download(world.service('a'), ref, new Collector())).rejects.toMatchObject({
      code: 'already_failed',
    });
    await world.download(world.service('b'), ref, new Collector());
    expect((await outcome).refs[0]?.receivers).toEqual([
      { receiverId: 'a', status: 'failed', reason: 'source_error' },
      { receiverId: 'b', status: 'success' },
    ]);
    expect(await world.close()).toBe(0);
  });

  it('S6 a thrown error is told without details, is no end, and a later pull may succeed (fault W5, W12)', async () => {
    const world = new World();
    const events: ProgressEvent[] = [];
    let failures = 2;
    const object = new Producing((state) => {
      if (failures > 0) {
        failures -= 1;
        throw new RangeError('cannot read /srv/secret.bin');
      }
      return state ? { status: 'eof' } : { status: 'ok', data: bytesOf('x'), state: { next: 1 } };
    });
    const transaction = open(world, { receivers: ['a'], onProgress: (event) => events.push(event) });
    const ref = transaction.addObject(object);
    const outcome = transaction.complete();
    expect(await world.download(world.service('a'), ref, new Collector(), { backoffBaseMs: 10 })).toBe('x');
    expect(await outcome).toMatchObject({ status: 'completed' });
    expect(traceOf(events).states.filter((state) => state !== 'active')).toEqual(['retrying', 'retrying', 'completed']);
    const said = world.sent.filter(({ kind }) => kind === 'refused').map(({ header }) => header['reason']);
    expect(said).toEqual(['produce() failed (RangeError)', 'produce() failed (RangeError)']);
    expect(world.lines.filter(({ message }) => message.includes('secret.bin')).length).toBe(2);
    expect(await world.close()).toBe(0);
  });

  it.each([
    ['a typed error', Object.assign(new Error('x'), { code: 'source_changed' })],
    ['a text', 'plain text'],
    ['undefined', undefined],
    ['an abort', new DOMException('aborted', 'AbortError')],
  ])('S6 %s that is thrown is producer_failed', async (_, thrown) => {
    const world = new World();
    const ref = open(world).addObject(new Producing(() => Promise.reject(thrown)));
    const peer = await RawPeer.greeted(world.network, 'a');
    await peer.sayPull(ref);
    expect(peer.refusals).toEqual(['producer_failed']);
    expect(await world.close()).toBe(0);
  });

  it.each(['source_changed', 'link_lost', 'unreachable', 'replaced', 'aborted'])(
    'S6 an error of the code %s that is thrown is producer_failed, too',
    async (code) => {
      const world = new World();
      const ref = open(world).addObject(
        new Producing(() => {
          throw new DownloadError(code, 'the path is /srv/secret');
        }),
      );
      const peer = await RawPeer.greeted(world.network, 'a');
      await peer.sayPull(ref);
      expect(peer.last('refused')?.header).toMatchObject({
        code: 'producer_failed',
        reason: 'produce() failed (DownloadError)',
      });
      expect(await world.close()).toBe(0);
    },
  );

  it.each([
    ['a chunk above maxChunkBytes', { status: 'ok', data: new Uint8Array(1025), state: {} }],
    ['a state above 64 KiB', { status: 'ok', data: new Uint8Array(1), state: { a: 'x'.repeat(70_000) } }],
    ['too many arrays', { status: 'ok', data: Array.from({ length: 4097 }, () => new Uint8Array(0)), state: {} }],
    ['text', { status: 'ok', data: 'text', state: {} }],
    ['an unknown status', { status: 'later' }],
    ['nothing', undefined],
  ])('S7 %s is a producer failure and never sent (fault W14, W15)', async (_, produced) => {
    const world = new World();
    const ref = open(world).addObject(new Producing(() => produced));
    const peer = await RawPeer.greeted(world.network, 'a');
    await peer.sayPull(ref);
    expect(peer.kinds).toEqual(['refused']);
    expect(peer.refusals).toEqual(['producer_failed']);
    expect(world.owner.stats().budget.usedBytes).toBe(0);
    expect(await world.close()).toBe(0);
  });

  it.each([
    ['is no plain object', new Map()],
    ['is a text', 'text'],
    ['has a body that is no bytes', { body: 'text' }],
    ['has totals that are no counts', { totalBytes: -1 }],
    ['has broken totals', { totalItems: 0.5 }],
  ])('S7 a description that %s is a producer failure', async (_, description) => {
    const world = new World();
    const object = Object.assign(new ChunkList(['x']), { describe: () => description as never });
    const ref = open(world).addObject(object);
    const peer = await RawPeer.greeted(world.network, 'a');
    await peer.sayPull(ref, { describe: { maxBytes: 1000 } });
    expect(peer.refusals).toEqual(['producer_failed']);
    expect(await world.close()).toBe(0);
  });

  it('S7 the items of a chunk are what produce says, else the length of its list', async () => {
    const world = new World();
    const chunks = [
      { status: 'ok', data: bytesOf('x'), state: { next: 1 }, items: 7 },
      { status: 'ok', data: [bytesOf('x'), bytesOf('y')], state: { next: 2 } },
      { status: 'ok', data: bytesOf('z'), state: { next: 3 } },
      { status: 'eof' },
    ];
    const transaction = open(world, { receivers: ['a'] });
    const ref = transaction.addObject(new Producing((state) => chunks[state?.next ?? 0]));
    const peer = await RawPeer.greeted(world.network, 'a');
    await peer.sayPull(ref);
    expect(peer.all('chunk').map(({ header }) => header['items'])).toEqual([7, 2, undefined]);
    expect(await world.close()).toBe(0);
  });

  it('S8 bytes done are the highest of consumed and sent; wire bytes count every body (fault W13)', async () => {
    const world = new World();
    const events: ProgressEvent[] = [];
    const transaction = open(world, {
      receivers: ['a'],
      progressIntervalMs: 0,
      onProgress: (event) => events.push(event),
    });
    const ref = transaction.addObject(new ChunkList([['aa', 'b'], 'cc']));
    const outcome = transaction.complete();
    const peer = await RawPeer.greeted(world.network, 'a');
    await peer.sayPull(ref, { consumed: { bytes: 0 } });
    await peer.sayPull(ref, { pullNo: 2, consumed: { bytes: 0 } });
    await peer.sayPull(ref, { pullNo: 3, consumed: { bytes: 3, items: 2 } }, { next: 1 });
    await peer.say(peer.confirm(ref));
    expect(await outcome).toMatchObject({ goodputBytes: 5, receivers: [{ goodputBytes: 5 }] });
    const sent = peer.all('chunk').reduce((sum, { body }) => sum + body.byteLength, 0);
    expect((await outcome).wireBytes).toBe(sent);
    expect(traceOf(events)).toEqual({
      states: ['active', 'active', 'active', 'completed'],
      bytes: [0, 3, 5, 5],
      items: [undefined, 2, 2, 2],
    });
    expect(await world.close()).toBe(0);
  });

  it('S8 what was resumed counts, also when nothing was left to send', async () => {
    const world = new World();
    const events: ProgressEvent[] = [];
    const transaction = open(world, { receivers: ['a', 'b'], onProgress: (event) => events.push(event) });
    const ref = transaction.addObject(new ChunkList(['aa', 'bbb']));
    const outcome = transaction.complete();
    const [a, b] = [await RawPeer.greeted(world.network, 'a'), await RawPeer.greeted(world.network, 'b')];
    await a.sayPull(ref, { consumed: { bytes: 5 } }, { next: 2 });
    await a.say(a.confirm(ref));
    await b.sayPull(ref, { credit: { upToSeq: 0, upToBytes: 0 }, describe: { maxBytes: 1000 } });
    await b.sayPull(ref, { pullNo: 2, consumed: { bytes: 2 } }, { next: 1 });
    await b.say(b.confirm(ref));
    expect((await outcome).receivers.map(({ goodputBytes }) => goodputBytes)).toEqual([5, 5]);
    const ends = events.filter(({ state }) => state === 'completed');
    expect(ends).toMatchObject([
      { receiverId: 'a', bytesDone: 5, resumedBytes: 5 },
      { receiverId: 'b', bytesDone: 5, resumedBytes: 2, bytesTotal: 5 },
    ]);
    expect(await world.close()).toBe(0);
  });

  it('S8 a retry is no resumption', async () => {
    const world = new World();
    const events: ProgressEvent[] = [];
    const transaction = open(world, { onProgress: (event) => events.push(event) });
    const ref = transaction.addObject(new ChunkList(['aa', 'bbb']));
    const peer = await RawPeer.greeted(world.network, 'a');
    await peer.sayPull(ref, { credit: { upToSeq: 1, upToBytes: 1 } });
    await peer.sayPull(ref, { pullNo: 2, consumed: { bytes: 2 } }, { next: 1 });
    await peer.say(peer.confirm(ref));
    expect(events.at(-1)).toMatchObject({ state: 'completed', bytesDone: 5 });
    expect(events.at(-1)).not.toHaveProperty('resumedBytes');
    expect(await world.close()).toBe(0);
  });

  it('S5 chunks that a receiver cannot take are refused with the limit', async () => {
    const world = new World();
    const ref = open(world).addObject(new ChunkList(['x']));
    const peer = new RawPeer(world.network, 'a');
    const limits = { headerBytes: 65_536, stateBytes: 65_536, chunkBytes: 1000, messageBytes: 131_072 };
    await peer.say(peer.hello({ limits }));
    await peer.sayPull(ref);
    expect(peer.refusals).toEqual(['limit_exceeded']);
    expect(await world.close()).toBe(0);
  });

  it('S5 a description above what the receiver takes is refused with the limit', async () => {
    const world = new World();
    const ref = open(world).addObject(new ChunkList(['x']));
    const peer = await RawPeer.greeted(world.network, 'a');
    await peer.sayPull(ref, { describe: { maxBytes: 3 } });
    expect(peer.refusals).toEqual(['limit_exceeded']);
    expect(await world.close()).toBe(0);
  });
});
