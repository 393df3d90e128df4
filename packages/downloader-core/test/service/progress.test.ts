import type { ProgressEvent, Ref, TransactionOptions } from '@towline/downloader-core';
import { describe, expect, it } from 'vitest';

import { ChunkList, Collector, StartingCollector } from '../support/objects.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { traceOf, World } from '../support/world.ts';

function share(
  object: ChunkList,
  options: Partial<TransactionOptions> = {},
): { world: World; ref: Ref; events: ProgressEvent[]; end: () => Promise<unknown>; remove: () => Promise<unknown> } {
  const world = new World();
  const events: ProgressEvent[] = [];
  const transaction = world.owner.newTransaction({
    transactionId: 'T1',
    timeoutMs: 60_000,
    receivers: ['a'],
    progressIntervalMs: 0,
    onProgress: (event) => events.push(event),
    ...options,
  });
  const ref = transaction.addObject(object, { refId: 'R1' });
  return {
    world,
    ref,
    events,
    end: () => world.clock.runUntil(transaction.complete()),
    remove: () => world.clock.runUntil(transaction.delete()),
  };
}

describe('progress of an owner', () => {
  it('P3 trace: a chunk of two items, eof, confirmed', async () => {
    const { world, ref, events } = share(new ChunkList([['ab', 'cde']]));
    await world.download(world.service('a'), ref, new Collector());
    expect(traceOf(events)).toEqual({
      states: ['active', 'active', 'completed'],
      bytes: [0, 5, 5],
      items: [undefined, 2, 2],
    });
    expect(await world.close()).toBe(0);
  });

  it('P3 trace: an error on the first pull', async () => {
    class Failing extends ChunkList {
      override produce(): { status: 'error'; reason: string } {
        return { status: 'error', reason: 'gone' };
      }
    }
    const { world, ref, events } = share(new Failing([]));
    await expect(world.download(world.service('a'), ref, new Collector())).rejects.toMatchObject({
      code: 'source_error',
    });
    expect(traceOf(events)).toEqual({ states: ['active', 'failed'], bytes: [0, 0], items: [undefined, undefined] });
    expect(events[1]?.reason).toBe('source_error');
    expect(await world.close()).toBe(0);
  });

  it('P3 trace: deleted after one chunk of six bytes', async () => {
    const { world, ref, events, remove } = share(new ChunkList([['abcdef'], 'later']));
    const peer = await RawPeer.greeted(world.network, 'a');
    await peer.sayPull(ref, { credit: { upToSeq: 1, upToBytes: 100 } });
    await remove();
    expect(traceOf(events)).toMatchObject({ states: ['active', 'active', 'aborted'], bytes: [0, 6, 6] });
    expect(events[2]?.reason).toBe('deleted');
    expect(await world.close()).toBe(0);
  });

  it('P1 every event has all that is known', async () => {
    const { world, ref, events } = share(new ChunkList(['ab', 'cd']));
    await world.download(world.service('a'), ref, new Collector());
    const common = { transactionId: 'T1', refId: 'R1', receiverId: 'a', timestampMs: Date.UTC(2026, 0, 1) };
    expect(events).toEqual([
      { ...common, sequence: 1, state: 'active', bytesDone: 0 },
      { ...common, sequence: 2, state: 'active', bytesDone: 2, bytesTotal: 4 },
      { ...common, sequence: 3, state: 'active', bytesDone: 4, bytesTotal: 4 },
      { ...common, sequence: 4, state: 'completed', bytesDone: 4, bytesTotal: 4 },
    ]);
    expect(await world.close()).toBe(0);
  });

  it('P1 there is one stream for each ref and receiver', async () => {
    const { world, ref, events } = share(new ChunkList(['ab']), { receivers: ['a', 'b'] });
    for (const id of ['a', 'b']) await world.download(world.service(id), ref, new Collector());
    for (const id of ['a', 'b'])
      expect(events.filter(({ receiverId }) => receiverId === id).map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
    expect(await world.close()).toBe(0);
  });

  it('P1 resumedBytes tells what was there already', async () => {
    const { world, ref, events } = share(new ChunkList(['ab', 'cd']));
    await world.download(world.service('a'), ref, new StartingCollector({ state: { next: 1 }, resumedBytes: 2 }));
    expect(events.at(-1)).toMatchObject({ state: 'completed', bytesDone: 4, resumedBytes: 2 });
    expect(await world.close()).toBe(0);
  });

  it('P2 the terminal event comes with the final status, never with a provisional eof', async () => {
    const { world, ref, events } = share(new ChunkList(['ab']));
    const peer = await RawPeer.greeted(world.network, 'a');
    await peer.sayPull(ref);
    expect(peer.kinds.at(-1)).toBe('end');
    expect(traceOf(events).states).toEqual(['active', 'active']);
    await peer.say(peer.confirm(ref));
    expect(traceOf(events).states).toEqual(['active', 'active', 'completed']);
    expect(await world.close()).toBe(0);
  });

  it('P2 nothing comes after it', async () => {
    const { world, ref, events } = share(new ChunkList(['ab']));
    const peer = await RawPeer.greeted(world.network, 'a');
    await peer.sayPull(ref);
    await peer.say(peer.confirm(ref));
    await peer.sayPull(ref, { pullNo: 2 });
    await peer.sayPull(ref, { downloadId: 'D2' });
    await peer.say(peer.confirm(ref, { status: 'failed' }));
    expect(traceOf(events).states).toEqual(['active', 'active', 'completed']);
    expect(await world.close()).toBe(0);
  });

  it('P2 P6 active comes after an advance and the interval, 1,000 ms unless said otherwise', async () => {
    const { world, ref, events } = share(new ChunkList(['ab', 'cd', 'ef', 'gh']), { progressIntervalMs: 1000 });
    const peer = await RawPeer.greeted(world.network, 'a');
    const credit = (chunks: number): Readonly<Record<string, unknown>> => ({
      credit: { upToSeq: chunks, upToBytes: 100 },
    });
    await peer.sayPull(ref, credit(1));
    await world.clock.advance(999);
    const grant = {
      kind: 'grant',
      downloadId: 'D1',
      refId: ref.refId,
      pullNo: 1,
      consumed: { bytes: 2 },
      consumedSeq: 1,
    };
    await peer.say({ ...grant, ...credit(2) });
    await world.clock.advance(1);
    await peer.say({ ...grant, ...credit(3) });
    await peer.say({ ...grant, ...credit(4) });
    expect(events.map(({ bytesDone, timestampMs }) => [bytesDone, timestampMs - Date.UTC(2026, 0, 1)])).toEqual([
      [0, 0],
      [6, 1000],
    ]);
    expect(await world.close()).toBe(0);
  });

  it('P4 W12 a produce that throws is retrying, not terminal, and may still complete', async () => {
    let throws = 1;
    class Moody extends ChunkList {
      override produce(...args: Parameters<ChunkList['produce']>): ReturnType<ChunkList['produce']> {
        if (throws-- > 0) throw new Error('busy');
        return super.produce(...args);
      }
    }
    const { world, ref, events } = share(new Moody(['ab']));
    await world.download(world.service('a'), ref, new Collector());
    expect(events.map(({ state, reason }) => [state, reason])).toEqual([
      ['active', undefined],
      ['retrying', 'producer_failed'],
      ['active', undefined],
      ['completed', undefined],
    ]);
    expect(await world.close()).toBe(0);
  });

  it('P4 D6 a cancel that is not final is retrying; a final one fails', async () => {
    const { world, ref, events } = share(new ChunkList(['ab', 'cd']));
    const peer = await RawPeer.greeted(world.network, 'a');
    const cancel = { kind: 'cancel', downloadId: 'D1', refId: ref.refId, code: 'aborted' };
    await peer.sayPull(ref, { credit: { upToSeq: 1, upToBytes: 100 } });
    await peer.say({ ...cancel, final: false });
    await peer.say({ ...cancel, final: true, code: 'disk_full' });
    expect(events.map(({ state, reason }) => [state, reason])).toEqual([
      ['active', undefined],
      ['active', undefined],
      ['retrying', 'aborted'],
      ['failed', 'disk_full'],
    ]);
    expect(await world.close()).toBe(0);
  });

  it('P2 W11 at the end only streams that started get their terminal event', async () => {
    const { world, ref, events, end } = share(new ChunkList(['ab', 'cd']), { receivers: ['a', 'b'], timeoutMs: 1000 });
    const peer = await RawPeer.greeted(world.network, 'a');
    await peer.sayPull(ref, { credit: { upToSeq: 1, upToBytes: 100 } });
    await end();
    expect(events.map(({ receiverId, state, reason }) => [receiverId, state, reason])).toEqual([
      ['a', 'active', undefined],
      ['a', 'active', undefined],
      ['a', 'failed', 'timeout'],
    ]);
    expect(await world.close()).toBe(0);
  });

  it('P6 W8 a callback that throws cannot break a transfer', async () => {
    const onProgress = (): void => {
      throw new Error('no display');
    };
    const { world, ref } = share(new ChunkList(['ab']), { onProgress });
    expect(await world.download(world.service('a'), ref, new Collector())).toBe('ab');
    expect(world.lines.map(({ message }) => message)).toContain('onProgress threw: no display');
    expect(await world.close()).toBe(0);
  });
});
