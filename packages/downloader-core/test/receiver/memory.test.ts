import {
  DownloadService,
  type IncomingMessage,
  type Produced,
  type Ref,
  type Transport,
} from '@towline/downloader-core';
import { seededRandom } from '@towline/transport-memory';
import { describe, expect, it } from 'vitest';

import { type Deferred, deferred } from '../../src/base/deferred.ts';
import { unpack } from '../../src/wire/pack.ts';
import { bytesOf, ChunkList, type ChunkState, Collector, StartingCollector, textOf } from '../support/objects.ts';
import { RawOwner } from '../support/raw-owner.ts';
import { World } from '../support/world.ts';

function share(world: World, chunks: readonly string[]): { object: ChunkList; ref: Ref } {
  const object = new ChunkList(chunks);
  return { object, ref: world.owner.newTransaction({ timeoutMs: 60_000, receivers: ['a'] }).addObject(object) };
}

/** A collector whose consume waits until the test lets it go on. */
class Paused extends Collector {
  readonly gates: Deferred<void>[] = [];

  override async consume(data: readonly Uint8Array[], state: ChunkState): Promise<void> {
    const gate = deferred<void>();
    this.gates.push(gate);
    await gate.promise;
    this.received.push(`${data.map(textOf).join('')}@${state.next}`);
  }
}

describe('memory', () => {
  it('M3 S9 the owner sends no more than the window ahead of a consumer that stands still', async () => {
    const world = new World();
    const { ref, object } = share(
      world,
      Array.from({ length: 100 }, () => 'x'.repeat(100)),
    );
    const collector = new Paused();
    const running = world.start(world.service('a'), ref, collector, { windowBytes: 1000 });
    await world.rest();
    expect(object.calls.filter((call) => call.startsWith('produce'))).toHaveLength(10);
    for (let count = 0; count < 100; count += 1) {
      collector.gates[count]?.resolve();
      await world.rest();
      const ahead = world.kinds('owner').filter((kind) => kind === 'chunk').length - count - 1;
      expect(ahead).toBeLessThanOrEqual(10);
    }
    expect((await running).split('|')).toHaveLength(100);
    expect(await world.close()).toBe(0);
  });

  it('M3 an owner that sends beyond the credit breaks the protocol', async () => {
    const world = new World();
    const flood = new RawOwner(world, (raw, pull) => {
      for (let next = 1; next <= 5; next += 1) raw.chunk(pull, 'x'.repeat(100), { next });
    });
    const collector = new Paused();
    const running = world.start(world.service('a'), flood.ref, collector, { windowBytes: 300 });
    running.catch(() => {});
    await world.rest();
    for (let count = 0; count < 3; count += 1) {
      collector.gates[count]?.resolve();
      await world.rest();
    }
    expect(collector.gates).toHaveLength(3);
    await expect(running).rejects.toMatchObject({ code: 'protocol', side: 'remote', retryable: false });
    expect(flood.pulls).toHaveLength(1);
    expect(await world.close()).toBe(0);
  });

  it('M4 a consumer that writes spoils nothing that others in the process share', async () => {
    class Writing extends Collector {
      readonly copyOnDeliver = true;
      override consume(data: readonly Uint8Array[]): void {
        this.received.push(data.map(textOf).join(''));
        for (const segment of data) segment.fill(0);
      }
    }
    class Shared extends ChunkList {
      readonly shared = bytesOf('shared');
      override produce(state: ChunkState | undefined): Produced<ChunkState> {
        return state ? { status: 'eof' } : { status: 'ok', data: this.shared, state: { next: 1 } };
      }
    }
    const world = new World();
    const object = new Shared([]);
    const ref = world.owner.newTransaction({ timeoutMs: 60_000, receivers: ['a', 'b'] }).addObject(object);
    expect(await world.download(world.service('a'), ref, new Writing())).toBe('shared');
    expect(textOf(object.shared)).toBe('shared');
    expect(await world.download(world.service('b'), ref, new Writing())).toBe('shared');
    expect(await world.close()).toBe(0);
  });

  it('M4 a reading consumer gets the very bytes of an owner in the same process', async () => {
    const produced = bytesOf('shared');
    const seen: Uint8Array[] = [];
    class Reading extends Collector {
      override consume(data: readonly Uint8Array[]): void {
        seen.push(...data);
      }
    }
    class Shared extends ChunkList {
      override produce(state: ChunkState | undefined): Produced<ChunkState> {
        return state ? { status: 'eof' } : { status: 'ok', data: produced, state: { next: 1 } };
      }
    }
    const world = new World();
    const ref = world.owner.newTransaction({ timeoutMs: 60_000, receivers: ['a'] }).addObject(new Shared([]));
    await world.download(world.service('a'), ref, new Reading());
    expect(seen[0]).toBe(produced);
    expect(await world.close()).toBe(0);
  });

  it('M4 who keeps bytes gets each chunk in one buffer, at a multiple of 8', async () => {
    class Keeping extends Collector {
      readonly keepsBytes = true;
      readonly kept: (readonly Uint8Array[])[] = [];
      override consume(data: readonly Uint8Array[]): void {
        this.kept.push(data);
      }
    }
    class Ragged extends ChunkList {
      override produce(state: ChunkState | undefined): Produced<ChunkState> {
        const next = (state?.next ?? 0) + 1;
        const buffer = bytesOf('0123456789abcdef');
        if (next > 2) return { status: 'eof' };
        return {
          status: 'ok',
          data: next === 1 ? [bytesOf('ab'), bytesOf('cde')] : [buffer.subarray(3, 9)],
          state: { next },
        };
      }
    }
    const world = new World();
    const ref = world.owner.newTransaction({ timeoutMs: 60_000, receivers: ['a'] }).addObject(new Ragged([]));
    const collector = new Keeping();
    await world.download(world.service('a'), ref, collector);
    expect(collector.kept.map((data) => data.map(textOf))).toEqual([['ab', 'cde'], ['345678']]);
    for (const data of collector.kept) {
      expect(new Set(data.map(({ buffer }) => buffer)).size).toBe(1);
      expect((data[0]?.byteOffset ?? 1) % 8).toBe(0);
    }
    expect(await world.close()).toBe(0);
  });

  it('M4 a transport that takes buffers away gets copies of what is not owned, and the original of what is', async () => {
    const whole = bytesOf('not owned');
    const view = bytesOf('xxa viewxx').subarray(2, 8);
    const owned = bytesOf('owned');
    const results: Produced<ChunkState>[] = [
      { status: 'ok', data: [whole, view], state: { next: 1 } },
      { status: 'ok', data: owned, owned: true, state: { next: 2 } },
      { status: 'ok', data: view, owned: true, state: { next: 3 } },
    ];
    class Mixed extends ChunkList {
      override produce(state: ChunkState | undefined): Produced<ChunkState> {
        return results[state?.next ?? 0] ?? { status: 'eof' };
      }
    }
    const world = new World();
    const detaching = world.service('detaching', {}, { detachesBodies: true });
    const ref = detaching.newTransaction({ timeoutMs: 60_000, receivers: ['a'] }).addObject(new Mixed([]));
    const receiver = world.service('a', {}, { detachesBodies: true });
    expect(await world.download(receiver, ref, new Collector())).toBe('not owneda view|owned|a view');
    expect([textOf(whole), textOf(view)]).toEqual(['not owned', 'a view']);
    expect(owned.byteLength).toBe(0);
    expect(await world.close()).toBe(0);
  });

  it('M4 state, request and description survive a transport that takes buffers away', async () => {
    const world = new World();
    const detaching = world.service('detaching', {}, { detachesBodies: true });
    const ref = detaching
      .newTransaction({ timeoutMs: 60_000, receivers: ['a'] })
      .addObject(new ChunkList(['ab', 'cd', 'ef']));
    const receiver = world.service('a', {}, { detachesBodies: true });
    const collector = new StartingCollector({ state: { next: 1 }, resumedBytes: 2 });
    expect(await world.download(receiver, ref, collector)).toBe('cd|ef');
    const strict = Object.assign(new Collector(), { strict: true, consume: (_: unknown, state: ChunkState) => state });
    expect(await world.download(receiver, ref, strict)).toBe('');
    expect(await world.close()).toBe(0);
  });

  it('M4 the transport gets its memory back when the consumer has settled, and never from one who keeps it', async () => {
    for (const keepsBytes of [false, true]) {
      const world = new World();
      const { ref } = share(world, ['ab']);
      const endpoint = world.network.endpoint('a', { detachesBodies: true });
      const released: string[] = [];
      const service = new DownloadService({
        transport: withRelease(endpoint, released),
        clock: world.clock,
        random: seededRandom(1),
      });
      const collector = Object.assign(new Paused(), { keepsBytes });
      const running = world.start(service, ref, collector);
      await world.rest();
      expect(released.filter((kind) => kind === 'chunk')).toEqual([]);
      collector.gates[0]?.resolve();
      await world.clock.runUntil(running);
      expect(released.filter((kind) => kind === 'chunk')).toEqual(keepsBytes ? [] : ['chunk']);
      await service.shutdown();
      expect(await world.close()).toBe(0);
    }
  });
});

/** A transport whose messages have to be released; notes the kinds of those that were. */
function withRelease(transport: Transport, released: string[]): Transport {
  return Object.assign(Object.create(transport) as Transport, {
    endpointId: transport.endpointId,
    instanceId: transport.instanceId,
    capabilities: transport.capabilities,
    send: transport.send.bind(transport),
    onMessage: (listener: Parameters<Transport['onMessage']>[0]) =>
      transport.onMessage((message: IncomingMessage, from) => {
        let isReleased = false;
        const release = (): void => {
          expect(isReleased).toBe(false);
          isReleased = true;
          released.push(String(unpack(message.header)['kind']));
        };
        listener({ ...message, release }, from);
      }),
    onPeerLost: transport.onPeerLost.bind(transport),
    close: transport.close.bind(transport),
  });
}
