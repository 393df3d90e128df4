import type { FaultFunction } from '@towline/transport-memory';
import { describe, expect, it } from 'vitest';

import { unpack } from '../../src/wire/pack.ts';
import { ChunkList, Collector } from '../support/objects.ts';
import { RawOwner } from '../support/raw-owner.ts';
import { World } from '../support/world.ts';

const isKind = (header: Uint8Array, kind: string): boolean => unpack(header)['kind'] === kind;

/** Drops the first `count` messages of a kind. */
function dropFirst(kind: string, count: number): FaultFunction {
  let left = count;
  return ({ header }) => (isKind(header, kind) && left-- > 0 ? { kind: 'drop' } : undefined);
}

async function confirmedThrough(faults: FaultFunction): Promise<{ world: World; acknowledged: unknown }> {
  const world = new World({ faults });
  const transaction = world.owner.newTransaction({ timeoutMs: 60_000, receivers: ['a'] });
  const ref = transaction.addObject(new ChunkList(['ab']));
  const outcome = transaction.complete();
  let acknowledged: unknown;
  const onProgress = (event: { acknowledged?: boolean }): void => void (acknowledged = event.acknowledged);
  expect(await world.download(world.service('a'), ref, new Collector(), { onProgress })).toBe('ab');
  expect(await world.clock.runUntil(outcome)).toMatchObject({ status: 'completed' });
  return { world, acknowledged };
}

describe('the confirmation', () => {
  it('D1 D4 is sent once the consumer has completed, with the nonce of the serve, and is answered', async () => {
    const { world, acknowledged } = await confirmedThrough(() => undefined);
    expect(acknowledged).toBe(true);
    const [end] = world.sent.filter(({ kind }) => kind === 'end');
    const [confirm, ...more] = world.sent.filter(({ kind }) => kind === 'confirm');
    expect(confirm?.header).toMatchObject({ status: 'success', nonce: end?.header['nonce'] });
    expect(more).toEqual([]);
    expect(await world.close()).toBe(0);
  });

  it('D4 is repeated with the same nonce, on the schedule of the retries, until it is answered', async () => {
    const { world, acknowledged } = await confirmedThrough(dropFirst('confirm', 2));
    expect(acknowledged).toBe(true);
    expect(world.clock.now()).toBe(2000 + 4000);
    const confirms = world.sent.filter(({ kind }) => kind === 'confirm');
    expect(new Set(confirms.map(({ header }) => header['nonce'])).size).toBe(1);
    expect(confirms).toHaveLength(3);
    expect(await world.close()).toBe(0);
  });

  it('D4 a lost answer makes a repeat, which is answered the same and changes nothing', async () => {
    const { world, acknowledged } = await confirmedThrough(dropFirst('confirmed', 2));
    expect(acknowledged).toBe(true);
    const answers = world.sent.filter(({ kind }) => kind === 'confirmed').map(({ header }) => header['recorded']);
    expect(answers).toEqual([true, true, true]);
    expect(await world.close()).toBe(0);
  });

  it('D4 goes on across reconnects', async () => {
    let cuts = 0;
    const { world, acknowledged } = await confirmedThrough(({ header }) =>
      isKind(header, 'confirm') && (cuts += 1) <= 2 ? { kind: 'refuse', forMs: 1500 } : undefined,
    );
    expect(acknowledged).toBe(true);
    expect(await world.close()).toBe(0);
  });

  it('D4 downloadObject settles by its consumer’s result whatever the answer; the last event says acknowledged: false', async () => {
    const world = new World();
    const deaf = new RawOwner(world, (raw, pull) => raw.end(pull));
    deaf.confirms = false;
    const acknowledged: unknown[] = [];
    const onProgress = (event: { acknowledged?: boolean }): void => void acknowledged.push(event.acknowledged);
    expect(await world.download(world.service('a'), deaf.ref, new Collector(), { onProgress })).toBe('');
    expect(acknowledged.at(-1)).toBe(false);
    expect(deaf.peer.all('confirm')).toHaveLength(4);
    expect(world.clock.now()).toBe(2000 + 4000 + 8000 + 16_000);
    expect(world.lines).toContainEqual({
      level: 'info',
      message: expect.stringContaining('the owner did not acknowledge it'),
    });
    expect(await world.close()).toBe(0);
  });

  it.each([
    ['an answer that nothing was recorded', { kind: 'confirmed', nonce: 'N1', recorded: false }],
    ['a refusal of the confirmation', { kind: 'refused', code: 'malformed' }],
  ])('D4 %s ends the wait, unacknowledged', async (_, answer) => {
    const world = new World();
    const owner = new RawOwner(world, (raw, pull) => raw.end(pull));
    owner.confirms = false;
    const hear = owner.peer.onReceived;
    owner.peer.onReceived = (message) => {
      hear?.(message);
      if (message.kind === 'confirm') owner.say({ downloadId: message.header['downloadId'], ...answer });
    };
    const acknowledged: unknown[] = [];
    await world.download(world.service('a'), owner.ref, new Collector(), {
      onProgress: (event) => acknowledged.push(event.acknowledged),
    });
    expect(acknowledged.at(-1)).toBe(false);
    expect(world.clock.now()).toBe(0);
    expect(await world.close()).toBe(0);
  });

  it('D4 answers to another nonce count for nothing', async () => {
    const world = new World();
    const owner = new RawOwner(world, (raw, pull) => raw.end(pull));
    owner.confirms = false;
    const hear = owner.peer.onReceived;
    owner.peer.onReceived = (message) => {
      hear?.(message);
      const { downloadId } = message.header;
      if (message.kind === 'confirm') owner.say({ kind: 'confirmed', downloadId, nonce: 'other', recorded: true });
    };
    await world.download(world.service('a'), owner.ref, new Collector());
    expect(owner.peer.all('confirm')).toHaveLength(4);
    expect(await world.close()).toBe(0);
  });

  it('D1 a consumer that cannot complete is confirmed as failed, with its reason', async () => {
    class Broken extends Collector {
      override downloadCompleted(): Promise<string> {
        return Promise.reject(new Error('no space left'));
      }
    }
    const world = new World();
    const owner = new RawOwner(world, (raw, pull) => raw.end(pull));
    const events: unknown[] = [];
    const running = world.download(world.service('a'), owner.ref, new Broken(), {
      onProgress: ({ state, acknowledged }) => events.push([state, acknowledged]),
    });
    await expect(running).rejects.toMatchObject({ code: 'consumer_failed' });
    expect(owner.peer.all('confirm').map(({ header }) => [header['status'], header['reason']])).toEqual([
      ['failed', 'consumer_failed'],
    ]);
    expect(owner.peer.all('cancel')).toEqual([]);
    expect(events.at(-1)).toEqual(['failed', true]);
    expect(await world.close()).toBe(0);
  });

  it('D7 an end without a nonce is not confirmed: the owner has recorded it already', async () => {
    const world = new World();
    const owner = new RawOwner(world, (raw, pull) => raw.end(pull, { nonce: undefined }));
    const events: unknown[] = [];
    const onProgress = (event: { acknowledged?: boolean }): void => void events.push(event.acknowledged);
    await world.download(world.service('a'), owner.ref, new Collector(), { onProgress });
    expect(owner.peer.all('confirm')).toEqual([]);
    expect(events.at(-1)).toBe(true);
    expect(await world.close()).toBe(0);
  });

  it('S14 a consumer that takes long to complete says busy meanwhile', async () => {
    class Thorough extends Collector {
      readonly #world: World;
      constructor(world: World) {
        super();
        this.#world = world;
      }
      override async downloadCompleted(): Promise<string> {
        await new Promise<void>((resolve) => this.#world.clock.setTimer(200_000, resolve));
        return 'checked';
      }
    }
    const world = new World();
    const transaction = world.owner.newTransaction({ timeoutMs: 60_000, receivers: ['a'] });
    const ref = transaction.addObject(new ChunkList(['ab']));
    const outcome = transaction.complete();
    expect(await world.download(world.service('a'), ref, new Thorough(world))).toBe('checked');
    expect(await world.clock.runUntil(outcome)).toMatchObject({ status: 'completed' });
    expect(world.kinds('a').filter((kind) => kind === 'busy')).toHaveLength(Math.floor(200_000 / 15_000));
    expect(await world.close()).toBe(0);
  });
});
