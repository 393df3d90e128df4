import { ManualClock } from '@towline/transport-memory';
import { describe, expect, it } from 'vitest';

import { deferred } from '../../src/base/deferred.ts';
import { loadHasher } from '../../src/base/hash.ts';
import { packed } from '../../src/receiver/consumer-call.ts';
import { Cursor } from '../../src/receiver/cursor.ts';
import { Heartbeat } from '../../src/receiver/heartbeat.ts';
import { planDownload } from '../../src/receiver/options.ts';
import { readDescription } from '../../src/receiver/read-description.ts';
import { refusal } from '../../src/receiver/reception.ts';
import { pack } from '../../src/wire/pack.ts';
import { bytesOf } from '../support/objects.ts';

const hasher = await loadHasher();

describe('the options of a download', () => {
  it('L3 P6 have defaults', () => {
    expect(planDownload({})).toMatchObject({
      progressIntervalMs: 1000,
      requestTimeoutMs: 30_000,
      windowBytes: 8 * 1024 * 1024,
      resumable: true,
      retries: { maxRetries: 3, backoffBaseMs: 2000, backoffCapMs: 60_000, jitter: false },
    });
  });

  it.each([
    ['progressIntervalMs', -1],
    ['progressIntervalMs', Infinity],
    ['requestTimeoutMs', 0],
    ['requestTimeoutMs', Number.NaN],
    ['windowBytes', 0],
    ['windowBytes', 1.5],
    ['maxRetries', -1],
  ])('L1 %s of %d is refused', (name, value) => {
    expect(() => planDownload({ [name]: value })).toThrow(expect.objectContaining({ code: 'invalid_argument' }));
    expect(() => planDownload({ [name]: value })).toThrow(name);
  });
});

describe('where a download stands', () => {
  it('L7 without start it asks for the totals with its first pulls, until it has them', () => {
    const cursor = new Cursor({}, hasher);
    expect(cursor.begun).toBe(true);
    expect(cursor.descriptionBytes).toBe(0);
    expect(cursor.advance().says).toMatchObject({ pullNo: 1, describe: { maxBytes: 2 ** 24, totalsOnly: true } });
    expect(cursor.advance().says).toMatchObject({ pullNo: 2, describe: { totalsOnly: true } });
    cursor.described();
    expect(cursor.descriptionBytes).toBeUndefined();
    expect(cursor.advance().says).toMatchObject({ pullNo: 3, describe: undefined });
  });

  it('S10 R10 with start it asks for the description first, then sends the request once and asks for its totals', () => {
    const cursor = new Cursor({ start: () => {}, maxDescriptionBytes: 100 }, hasher);
    expect([cursor.begun, cursor.descriptionBytes]).toEqual([false, 100]);
    expect(cursor.advance().says.describe).toEqual({ maxBytes: 100, totalsOnly: undefined });
    cursor.described();
    cursor.begin({ state: { next: 3 }, request: { only: ['a'] } });
    const request = pack({ only: ['a'] });
    const told = { checksum: hasher.checksum([request]), bytes: request.byteLength };
    expect(cursor.advance()).toMatchObject({
      says: { describe: { totalsOnly: true }, request: told },
      segments: [pack({ next: 3 }), request],
    });
    expect(cursor.advance().segments).toHaveLength(2);
    cursor.described();
    expect(cursor.advance()).toMatchObject({
      says: { request: told, describe: undefined },
      segments: [pack({ next: 3 })],
    });
  });

  it('R10 the request is sent again when the owner does not know it, once for each position', () => {
    const cursor = new Cursor({ start: () => {} }, hasher);
    cursor.begin({ request: {} });
    cursor.described();
    expect(cursor.sendRequestAgain()).toBe(true);
    expect(cursor.advance().segments).toHaveLength(2);
    cursor.described();
    expect(cursor.sendRequestAgain()).toBe(false);
    cursor.moveTo(pack({ next: 1 }));
    cursor.described();
    expect(cursor.sendRequestAgain()).toBe(true);
  });

  it('I1 what arrived damaged is pulled past the caches until it is here', () => {
    const cursor = new Cursor({}, hasher);
    cursor.refetch();
    expect(cursor.advance().says.refetch).toBe(true);
    expect(cursor.advance().says.refetch).toBe(true);
    cursor.moveTo(pack({ next: 1 }));
    expect(cursor.advance().says.refetch).toBeUndefined();
  });

  it('L5 what a consumer returned must be a plain object of MessagePack types, within the limit', () => {
    for (const value of [1, 'x', null, [], new Map(), () => {}])
      expect(() => packed('a state', value, 100)).toThrow('a state that is no plain object');
    expect(() => packed('a state', { f: () => {} }, 100)).toThrow('cannot be encoded');
    expect(() => packed('a state', { text: 'x'.repeat(100) }, 100)).toThrow('of 108 bytes, above 100');
    expect(packed('a state', {}, 100)).toEqual(pack({}));
  });
});

describe('the heartbeat', () => {
  it('S14 says busy at each quarter of what the owner allows while it waits', async () => {
    const clock = new ManualClock();
    const beats: number[] = [];
    const heartbeat = new Heartbeat(clock, 4000, () => beats.push(clock.now()));
    const work = deferred<void>();
    const working = heartbeat.during(work.promise);
    await clock.advance(3500);
    work.resolve();
    await working;
    expect(beats).toEqual([1000, 2000, 3000]);
    expect(clock.pending).toBe(0);
  });

  it('S14 many short pieces of work count together', async () => {
    const clock = new ManualClock();
    const beats: number[] = [];
    const heartbeat = new Heartbeat(clock, 4000, () => beats.push(clock.now()));
    for (let piece = 0; piece < 10; piece += 1)
      await clock.runUntil(
        Promise.resolve(heartbeat.during(new Promise<void>((resolve) => clock.setTimer(300, resolve)))),
      );
    expect(beats).toEqual([1000, 2000]);
  });

  it('S14 whatever else is said counts, and what is overdue is said at once', async () => {
    const clock = new ManualClock();
    const beats: number[] = [];
    const heartbeat = new Heartbeat(clock, 4000, () => beats.push(clock.now()));
    await clock.advance(900);
    heartbeat.said();
    await heartbeat.during(Promise.resolve());
    await clock.advance(1100);
    await heartbeat.during(Promise.resolve());
    expect(beats).toEqual([2000]);
    await expect(heartbeat.during(Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(clock.pending).toBe(0);
  });
});

describe('what an owner says', () => {
  it('L7 a description is fields and, sometimes, a body', () => {
    const plain = { kind: 'file', name: 'a', totalBytes: 5, totalItems: 1, fields: { a: [1] } };
    expect(readDescription([pack(plain)])).toEqual(plain);
    expect(readDescription([pack(plain), bytesOf('x')])).toEqual({ ...plain, body: bytesOf('x') });
    expect(readDescription([pack({})])).toEqual({});
  });

  it.each([
    ['nothing', undefined],
    ['no MessagePack', bytesOf('\xc1')],
    ['a negative size', pack({ totalBytes: -1 })],
    ['a size beyond 2^53', pack({ totalBytes: 2 ** 60 })],
    ['fields that are a list', pack({ fields: [] })],
    ['a name of 65,537 characters', pack({ name: 'x'.repeat(65_537) })],
  ])('L7 W21 %s is no description', (_, bytes) => {
    expect(() => readDescription(bytes ? [bytes] : [])).toThrow(expect.objectContaining({ code: 'protocol' }));
  });

  it('L2 W15 a refusal is an error of its code; one that nobody knows is not tried again', () => {
    expect(refusal('producer_failed', 'broken')).toMatchObject({
      code: 'producer_failed',
      retryable: true,
      side: 'remote',
    });
    expect(refusal('not_admitted', undefined)).toMatchObject({
      retryable: false,
      message: 'the owner refused: not_admitted',
    });
    expect(refusal('brand\u001bnew', 'x\u0007')).toMatchObject({
      code: 'brand\\u{1b}new',
      message: 'the owner refused: x\\u{7}',
      retryable: false,
    });
  });
});
