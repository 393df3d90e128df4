import type { DownloadError } from '@towline/downloader-core';
import type { FaultFunction } from '@towline/transport-memory';
import { describe, expect, it } from 'vitest';

import { unpack } from '../../src/wire/pack.ts';
import { ChunkList, type ChunkState, Collector, StartingCollector } from '../support/objects.ts';
import { RawOwner } from '../support/raw-owner.ts';
import { World } from '../support/world.ts';

/** Faults for messages of one kind, by which of them it is (from 1). */
function faultsOn(kind: string, fault: (nth: number) => ReturnType<FaultFunction>): FaultFunction {
  let nth = 0;
  return ({ header }) => {
    if (unpack(header)['kind'] !== kind) return undefined;
    nth += 1;
    return fault(nth);
  };
}

const failureOf = (running: Promise<unknown>): Promise<DownloadError> =>
  running.then(
    () => expect.unreachable('it should have failed'),
    (error: unknown) => error as DownloadError,
  );

describe('downloadObject', () => {
  it('L1 resolves with what the consumer gives, which is asked once', async () => {
    const world = new World();
    const ref = world.owner.newTransaction({ timeoutMs: 1000, receivers: ['a'] }).addObject(new ChunkList(['ab', 'c']));
    const collector = new Collector();
    expect(await world.download(world.service('a'), ref, collector)).toBe('ab|c');
    expect(collector.calls).toEqual(['downloadCompleted']);
    expect(await world.close()).toBe(0);
  });

  it.each([
    [{ v: 2 }, new Collector(), {}, 'ref'],
    [undefined, {}, {}, 'consumer'],
    [undefined, new Collector(), { maxRetries: -1 }, 'maxRetries'],
    [undefined, new Collector(), { requestTimeoutMs: 0 }, 'requestTimeoutMs'],
  ])('L1 wrong arguments are refused before anything is begun (%#)', async (ref, consumer, options, name) => {
    const world = new World();
    const events: unknown[] = [];
    const right = { v: 1, owner: 'owner', refId: 'R1', transactionId: 'T1' };
    const running = world.start(world.service('a'), (ref ?? right) as never, consumer as never, {
      ...options,
      onProgress: (event) => events.push(event),
    });
    const error = await failureOf(running);
    expect(error).toMatchObject({ code: 'invalid_argument', side: 'local' });
    expect(error.message).toContain(name);
    expect(events).toEqual([]);
    expect(world.kinds()).toEqual([]);
    expect(await world.close()).toBe(0);
  });

  it('L1 W9 downloadFailed runs exactly once, also when downloadCompleted threw', async () => {
    class Refusing extends Collector {
      override downloadCompleted(): string {
        throw new Error('the disk is full');
      }
    }
    const world = new World();
    const transaction = world.owner.newTransaction({ timeoutMs: 1000, receivers: ['a'] });
    const ref = transaction.addObject(new ChunkList(['ab']));
    const outcome = transaction.complete();
    const collector = new Refusing();
    const error = await failureOf(world.download(world.service('a'), ref, collector));
    expect(error).toMatchObject({ code: 'consumer_failed', refId: ref.refId, peer: 'owner', side: 'local' });
    expect(error.message).toContain('the disk is full');
    expect(error.cause).toMatchObject({ message: 'the disk is full' });
    expect(collector.calls).toEqual(['downloadFailed consumer_failed']);
    expect(await world.clock.runUntil(outcome)).toMatchObject({
      status: 'failed',
      refs: [{ receivers: [{ receiverId: 'a', status: 'failed', reason: 'consumer_failed' }] }],
    });
    expect(await world.close()).toBe(0);
  });

  it('L1 a downloadFailed that throws hides no error', async () => {
    class Careless extends Collector {
      override downloadFailed(error: DownloadError): void {
        super.downloadFailed(error);
        throw new Error('worse');
      }
    }
    const world = new World();
    const ref = { v: 1, owner: 'owner', refId: 'R1', transactionId: 'T1' } as const;
    const collector = new Careless();
    const error = await failureOf(world.download(world.service('a'), ref, collector));
    expect(error.code).toBe('unknown_ref');
    expect(collector.calls).toEqual(['downloadFailed unknown_ref']);
    expect(world.lines).toContainEqual({ level: 'error', message: 'downloadFailed() threw: worse' });
    expect(await world.close()).toBe(0);
  });

  it('L6 an object without chunks is legal', async () => {
    const world = new World();
    const ref = world.owner.newTransaction({ timeoutMs: 1000, receivers: ['a'] }).addObject(new ChunkList([]));
    const collector = new Collector();
    expect(await world.download(world.service('a'), ref, collector)).toBe('');
    expect(collector.calls).toEqual(['downloadCompleted']);
    expect(collector.received).toEqual([]);
    expect(await world.close()).toBe(0);
  });

  it('L6 so are chunks without bytes', async () => {
    const world = new World();
    const ref = world.owner
      .newTransaction({ timeoutMs: 1000, receivers: ['a'] })
      .addObject(new ChunkList(['', [], 'a', ['', '']]));
    const collector = new Collector();
    expect(await world.download(world.service('a'), ref, collector)).toBe('||a|');
    expect(await world.close()).toBe(0);
  });

  it('L6 offsets beyond 4 GiB travel in states, totals and counts', async () => {
    const world = new World();
    const far = 2 ** 40 + 7;
    const owner = new RawOwner(world, (raw, pull) => {
      raw.describe(pull, { totalBytes: far + 1 });
      raw.chunk(pull, 'x', { next: far });
      raw.end(pull);
    });
    const collector = new Collector();
    const events: (number | undefined)[] = [];
    const service = world.service('a');
    await world.download(service, owner.ref, collector, { onProgress: ({ bytesTotal }) => events.push(bytesTotal) });
    expect(collector.states).toEqual([{ next: far }]);
    expect(events.at(-1)).toBe(far + 1);
    expect(await world.close()).toBe(0);
  });

  it('L7 the first reply tells totals; a consumer with start sees all of the description', async () => {
    const world = new World();
    const ref = world.owner
      .newTransaction({ timeoutMs: 1000, receivers: ['a', 'b'] })
      .addObject(new ChunkList(['ab', 'c']));
    const totals: (number | undefined)[] = [];
    const onProgress = ({ bytesTotal }: { bytesTotal?: number }): void => void totals.push(bytesTotal);
    await world.download(world.service('a'), ref, new Collector(), { onProgress });
    expect(totals).toEqual([undefined, 3]);
    const collector = new StartingCollector();
    await world.download(world.service('b'), ref, collector);
    expect(collector.description).toEqual({ kind: 'chunks', totalBytes: 3 });
    const described = world.sent.filter(({ kind }) => kind === 'described');
    expect(described.map(({ header }) => header['idleTimeoutMs'])).toEqual([1000, 1000]);
    expect(await world.close()).toBe(0);
  });

  it('L7 a description of more than the receiver takes is refused', async () => {
    class Modest extends StartingCollector {
      readonly maxDescriptionBytes = 10;
    }
    const world = new World();
    const ref = world.owner.newTransaction({ timeoutMs: 1000, receivers: ['a'] }).addObject(new ChunkList(['ab']));
    const error = await failureOf(world.download(world.service('a'), ref, new Modest()));
    expect(error).toMatchObject({ code: 'limit_exceeded', side: 'remote' });
    expect(await world.close()).toBe(0);
  });
});

describe('retries', () => {
  it('L2 W23 a lost link is tried again, from the last consumed state', async () => {
    const world = new World({ faults: faultsOn('chunk', (nth) => (nth === 2 ? { kind: 'cut' } : undefined)) });
    const object = new ChunkList(['ab', 'cd', 'ef']);
    const ref = world.owner.newTransaction({ timeoutMs: 60_000, receivers: ['a'] }).addObject(object);
    expect(await world.download(world.service('a'), ref, new Collector())).toBe('ab|cd|ef');
    expect(object.calls.filter((call) => call === 'produce 0')).toHaveLength(1);
    expect(world.clock.now()).toBe(2000);
    expect(await world.close()).toBe(0);
  });

  it('L2 a refused link is tried again', async () => {
    const world = new World({
      faults: faultsOn('pull', (nth) => (nth === 1 ? { kind: 'refuse', forMs: 1500 } : undefined)),
    });
    const ref = world.owner.newTransaction({ timeoutMs: 60_000, receivers: ['a'] }).addObject(new ChunkList(['ab']));
    expect(await world.download(world.service('a'), ref, new Collector())).toBe('ab');
    expect(world.clock.now()).toBe(2000);
    expect(await world.close()).toBe(0);
  });

  it('L2 L3 a request that is not answered is tried again after its time and the back-off, then no more', async () => {
    const world = new World({ faults: faultsOn('pull', () => ({ kind: 'drop' })) });
    const ref = world.owner.newTransaction({ timeoutMs: 600_000, receivers: ['a'] }).addObject(new ChunkList(['ab']));
    const error = await failureOf(world.download(world.service('a'), ref, new Collector(), { requestTimeoutMs: 1000 }));
    expect(error).toMatchObject({ code: 'request_timeout', retryable: true });
    expect(world.clock.now()).toBe(1000 + 2000 + 1000 + 4000 + 1000 + 8000 + 1000);
    expect(world.kinds('a').filter((kind) => kind === 'pull')).toHaveLength(4);
    expect(await world.close()).toBe(0);
  });

  it('L3 with maxRetries 0 nothing is tried again', async () => {
    const world = new World({ faults: faultsOn('pull', () => ({ kind: 'drop' })) });
    const ref = world.owner.newTransaction({ timeoutMs: 60_000, receivers: ['a'] }).addObject(new ChunkList(['ab']));
    const options = { maxRetries: 0, requestTimeoutMs: 1000 };
    expect((await failureOf(world.download(world.service('a'), ref, new Collector(), options))).code).toBe(
      'request_timeout',
    );
    expect(world.clock.now()).toBe(1000);
    expect(await world.close()).toBe(0);
  });

  it('L3 any consumed chunk resets the counter: a long download survives many failures', async () => {
    const world = new World({ faults: faultsOn('chunk', (nth) => (nth % 2 === 0 ? { kind: 'cut' } : undefined)) });
    const chunks = Array.from({ length: 12 }, (_, index) => `${index}`);
    const ref = world.owner.newTransaction({ timeoutMs: 60_000, receivers: ['a'] }).addObject(new ChunkList(chunks));
    // One chunk at a time, so that the first of each pull has arrived when the second cuts the link.
    const options = { maxRetries: 1, windowBytes: 1 };
    expect(await world.download(world.service('a'), ref, new Collector(), options)).toBe(chunks.join('|'));
    expect(await world.close()).toBe(0);
  });

  it('L3 the back-off stays below half the idle budget that the owner told', async () => {
    const world = new World({ faults: faultsOn('chunk', () => ({ kind: 'cut' })) });
    const ref = world.owner.newTransaction({ timeoutMs: 5000, receivers: ['a'] }).addObject(new ChunkList(['ab']));
    expect((await failureOf(world.download(world.service('a'), ref, new Collector()))).code).toBe('link_lost');
    expect(world.clock.now()).toBe(2000 + 2500 + 2500);
    expect(await world.close()).toBe(0);
  });

  it('L3 requestTimeoutMs runs only while the owner owes the next move: a slow consumer does not trip it', async () => {
    class Slow extends Collector {
      readonly #world: World;
      constructor(world: World) {
        super();
        this.#world = world;
      }
      override async consume(data: readonly Uint8Array[], state: ChunkState): Promise<void> {
        await new Promise<void>((resolve) => this.#world.clock.setTimer(10_000, resolve));
        this.received.push(`${data.length} at ${state.next}`);
      }
    }
    const world = new World();
    const ref = world.owner
      .newTransaction({ timeoutMs: 60_000, receivers: ['a'] })
      .addObject(new ChunkList(['ab', 'cd']));
    const options = { requestTimeoutMs: 1000, maxRetries: 0 };
    expect(await world.download(world.service('a'), ref, new Slow(world), options)).toBe('1 at 1|1 at 2');
    expect(await world.close()).toBe(0);
  });

  it('L2 a produce that throws is tried again, and the object is whole', async () => {
    class Moody extends ChunkList {
      #throws = 2;
      override produce(...args: Parameters<ChunkList['produce']>): ReturnType<ChunkList['produce']> {
        if (args[0]?.next === 1 && this.#throws-- > 0) throw new Error('/secret/path is busy');
        return super.produce(...args);
      }
    }
    const world = new World();
    const ref = world.owner.newTransaction({ timeoutMs: 60_000, receivers: ['a'] }).addObject(new Moody(['ab', 'cd']));
    expect(await world.download(world.service('a'), ref, new Collector())).toBe('ab|cd');
    const reasons = world.sent.filter(({ kind }) => kind === 'refused').map(({ header }) => header['reason']);
    expect(reasons).toEqual(['produce() failed (Error)', 'produce() failed (Error)']);
    expect(await world.close()).toBe(0);
  });

  it('L2 a stalled pull is tried again', async () => {
    const world = new World();
    const owner = new RawOwner(world, (raw, pull) => {
      if (pull.header['pullNo'] === 1) return raw.refuse(pull, 'stalled');
      raw.chunk(pull, 'ab', { next: 1 });
      raw.end(pull);
    });
    expect(await world.download(world.service('a'), owner.ref, new Collector())).toBe('ab');
    expect(await world.close()).toBe(0);
  });

  it.each([
    'not_admitted',
    'unknown_ref',
    'full',
    'bad_state',
    'limit_exceeded',
    'already_failed',
    'a_code_of_tomorrow',
  ])('L2 the refusal %s is not tried again', async (code) => {
    const world = new World();
    const owner = new RawOwner(world, (raw, pull) => raw.refuse(pull, code, { reason: 'for a reason' }));
    const collector = new Collector();
    const error = await failureOf(world.download(world.service('a'), owner.ref, collector));
    expect(error).toMatchObject({ code, side: 'remote', retryable: false, refId: 'R1', peer: 'raw' });
    expect(error.message).toContain('for a reason');
    expect(owner.pulls).toHaveLength(1);
    expect(collector.calls).toEqual([`downloadFailed ${code}`]);
    expect(await world.close()).toBe(0);
  });

  it('L2 a returned error is not tried again, and carries the code and reason of the object', async () => {
    const world = new World();
    class Gone extends ChunkList {
      override produce(): { status: 'error'; reason: string; code: string } {
        return { status: 'error', reason: 'the file was deleted', code: 'source_changed' };
      }
    }
    const ref = world.owner.newTransaction({ timeoutMs: 60_000, receivers: ['a'] }).addObject(new Gone([]));
    const error = await failureOf(world.download(world.service('a'), ref, new Collector()));
    expect(error).toMatchObject({ code: 'source_changed', side: 'remote', retryable: false });
    expect(error.message).toContain('the file was deleted');
    expect(world.clock.now()).toBe(0);
    expect(await world.close()).toBe(0);
  });

  it('L2 a returned error is final whatever its code says elsewhere', async () => {
    const world = new World();
    const owner = new RawOwner(world, (raw, pull) =>
      raw.end(pull, { status: 'error', code: 'link_lost', nonce: undefined }),
    );
    const error = await failureOf(world.download(world.service('a'), owner.ref, new Collector()));
    expect(error).toMatchObject({ code: 'link_lost', retryable: false });
    expect(owner.pulls).toHaveLength(1);
    expect(await world.close()).toBe(0);
  });

  it.each(['consume', 'start'] as const)(
    'L2 an error of %s is not tried again, even one that looks like a lost link',
    async (method) => {
      const broken = Object.assign(new StartingCollector(), {
        [method]: () => {
          throw Object.assign(new Error('inner'), {
            [Symbol.for('towline/1 error')]: true,
            code: 'link_lost',
            side: 'remote',
            retryable: true,
          });
        },
      });
      const world = new World();
      const object = new ChunkList(['ab']);
      const ref = world.owner.newTransaction({ timeoutMs: 60_000, receivers: ['a'] }).addObject(object);
      const error = await failureOf(world.download(world.service('a'), ref, broken));
      expect(error).toMatchObject({ code: 'link_lost', refId: ref.refId });
      expect(world.clock.now()).toBe(0);
      expect(object.calls.filter((call) => call === 'produce 0').length).toBeLessThanOrEqual(1);
      expect(object.callbacks).toContain('downloadedToOne a failed');
      expect(await world.close()).toBe(0);
    },
  );

  it('L8 retry, recovery and the end are log lines on the receiver; the ref is shown in part', async () => {
    const world = new World({ faults: faultsOn('chunk', (nth) => (nth === 1 ? { kind: 'cut' } : undefined)) });
    const ref = world.owner
      .newTransaction({ timeoutMs: 60_000, receivers: ['a'] })
      .addObject(new ChunkList(['ab', 'cd']), { refId: 'Rsecret-rest' });
    await world.download(world.service('a'), ref, new Collector());
    const said = world.lines.map(({ level, message }) => `${level} ${message}`);
    expect(said).toContainEqual(expect.stringMatching(/^warn retry 1 of 3 of ref Rsecret- in 2000 ms: /));
    expect(said).toContainEqual('info recovered ref Rsecret- after 1 retries');
    expect(said).toContainEqual('info done: ref Rsecret-, 4 bytes, 2.0 s, 2 bytes/s');
    expect(said.join('\n')).not.toContain('Rsecret-rest');
    expect(await world.close()).toBe(0);
  });

  it('L8 a failure is a log line, too', async () => {
    const world = new World();
    const ref = { v: 1, owner: 'owner', refId: 'Rsecret-rest', transactionId: 'T1' } as const;
    await failureOf(world.download(world.service('a'), ref, new Collector()));
    expect(world.lines).toContainEqual({
      level: 'warn',
      message: expect.stringMatching(/^failed: the owner refused: .* \(ref Rsecret-, owner owner\)$/),
    });
    expect(await world.close()).toBe(0);
  });
});
