import type { Outcome } from '@towline/downloader-core';
import { describe, expect, it } from 'vitest';

import { ChunkList, Collector } from '../support/objects.ts';
import { World } from '../support/world.ts';

describe('a pull and an outcome', () => {
  it('S2 a pull is activity, then progress, then produce, then the reply', async () => {
    const world = new World();
    const order: string[] = [];
    const object = new ChunkList(['ab']);
    const produce = object.produce.bind(object);
    object.produce = (state, context) => {
      order.push('produce');
      return produce(state, context);
    };
    const transaction = world.owner.newTransaction({
      timeoutMs: 1000,
      receivers: ['a'],
      progressIntervalMs: 0,
      onProgress: ({ state, bytesDone }) => void order.push(`${state} ${bytesDone}`),
    });
    const ref = transaction.addObject(object);
    await world.clock.advance(900);
    await world.download(world.service('a'), ref, new Collector());
    await world.clock.advance(900);
    expect(world.owner.transaction(transaction.transactionId)).toBeDefined();
    expect(order).toEqual(['active 0', 'produce', 'active 2', 'produce', 'completed 2']);
    const replies = world.kinds('owner').filter((kind) => kind !== 'hello');
    expect(replies).toEqual(['described', 'chunk', 'end', 'confirmed']);
    expect(await world.close()).toBe(0);
  });

  it('O4 the outcome resolves after the callbacks and release, and is kept for a while, capped in number', async () => {
    const world = new World({ outcomeMs: 5000, maxOutcomes: 2 });
    const object = new ChunkList([]);
    const outcomes: Outcome[] = [];
    for (const transactionId of ['one', 'two', 'three']) {
      const transaction = world.owner.newTransaction({ timeoutMs: 1000, transactionId });
      if (transactionId === 'one') transaction.addObject(object);
      outcomes.push(await transaction.delete());
    }
    expect(object.callbacks).toEqual(['transactionDone deleted', 'release']);
    expect(world.owner.outcome('one')).toBeUndefined();
    expect(world.owner.outcome('two')).toBe(outcomes[1]);
    expect(Object.isFrozen(outcomes[0]?.refs)).toBe(true);
    await world.clock.advance(5001);
    expect(world.owner.outcome('three')).toBeUndefined();
  });
});
