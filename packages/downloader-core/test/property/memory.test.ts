import type { Ref } from '@towline/downloader-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { ChunkList, Collector } from '../support/objects.ts';
import { World } from '../support/world.ts';

interface Plan {
  readonly budgetBytes: number;
  readonly windowBytes: number;
  readonly shares: boolean;
  readonly objects: readonly (readonly number[])[];
  /** Per receiver: whether it reads, or takes nothing for the whole run. */
  readonly reads: readonly boolean[];
}

const largestChunkBytes = 1024;

const plans: fc.Arbitrary<Plan> = fc.record({
  // From less than one chunk to more than all of them.
  budgetBytes: fc.integer({ min: 100, max: 20_000 }),
  windowBytes: fc.integer({ min: 1, max: 5000 }),
  shares: fc.boolean(),
  objects: fc.array(fc.array(fc.integer({ min: 0, max: largestChunkBytes }), { maxLength: 12 }), {
    minLength: 1,
    maxLength: 3,
  }),
  reads: fc.array(fc.boolean(), { minLength: 1, maxLength: 6 }),
});

class Sized extends ChunkList {
  readonly sharesChunks: boolean;

  constructor(sizes: readonly number[], shares: boolean) {
    super(sizes.map((size, index) => String.fromCodePoint(97 + index).repeat(size)));
    this.sharesChunks = shares;
  }
}

/** Runs a plan; gives what the receivers that read got, and what memory was used for it. */
async function run(
  plan: Plan,
): Promise<{ received: string[][]; elapsedMs: number; peakBytes: number; usedBytes: number; timers: number }> {
  const world = new World({ budgetBytes: plan.budgetBytes, stallMs: 1000 });
  const transaction = world.owner.newTransaction({
    timeoutMs: 600_000,
    receiverIdleTimeoutMs: 60_000,
    receiverCount: 6,
  });
  const refs = plan.objects.map((sizes) => transaction.addObject(new Sized(sizes, plan.shares)));
  const running = plan.reads.map((reads, index) => receive(world, `r${index}`, refs, reads, plan.windowBytes));
  const readers = running.filter((_, index) => plan.reads[index]);
  const received = await world.clock.runUntil(Promise.all(readers));
  const elapsedMs = world.clock.now();
  const { peakBytes } = world.owner.stats().budget;
  await world.clock.runUntil(transaction.delete());
  await world.rest();
  const { usedBytes } = world.owner.stats().budget;
  return { received, elapsedMs, peakBytes, usedBytes, timers: await world.close() };
}

/** Takes nothing any more once its first chunk has come. */
class Stalling extends Collector {
  readonly #stall: () => void;

  constructor(stall: () => void) {
    super();
    this.#stall = stall;
  }

  override consume(...args: Parameters<Collector['consume']>): ReturnType<Collector['consume']> {
    this.#stall();
    return super.consume(...args);
  }
}

async function receive(world: World, id: string, refs: readonly Ref[], reads: boolean, windowBytes: number) {
  const transport = world.network.endpoint(id);
  const service = world.serviceOn(transport);
  const collector = (): Collector => (reads ? new Collector() : new Stalling(() => transport.pause()));
  const downloads = refs.map((ref) => world.start(service, ref, collector(), { windowBytes, maxRetries: 100 }));
  return reads ? Promise.all(downloads) : [];
}

describe('the memory of the owner', () => {
  it('M1, M2 whoever reads gets everything, whoever does not holds nobody up, and the budget is never passed', async () => {
    await fc.assert(
      fc.asyncProperty(plans, async (plan) => {
        const { received, elapsedMs, peakBytes, usedBytes, timers } = await run(plan);
        const expected = plan.objects.map((sizes) => new Sized(sizes, true).chunks.join('|'));
        for (const texts of received) expect(texts).toEqual(expected);
        // Those that take nothing are found out long before their idle budget ends.
        expect(elapsedMs).toBeLessThan(30_000);
        expect(peakBytes).toBeLessThanOrEqual(Math.max(plan.budgetBytes, largestChunkBytes));
        expect([usedBytes, timers]).toEqual([0, 0]);
      }),
      { numRuns: 150 },
    );
  });
});
