import { expect, it } from 'vitest';
import type { ProduceContext, Produced } from '../../src/spi.ts';
import { ChunkList, type ChunkState, Collector } from '../support/objects.ts';
import { World } from '../support/world.ts';

/** An object whose second chunk is there when the first one has been let go of. */
class WaitsForPassed extends ChunkList {
  readonly mayWait = true;
  readonly told: ChunkState[] = [];
  #wake = (): void => {};

  passed(_receiverId: string, state: ChunkState): void {
    this.told.push(state);
    this.#wake();
  }

  override async produce(state: ChunkState | undefined, context: ProduceContext): Promise<Produced<ChunkState>> {
    if (state?.next === 1 && this.told.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve));
    return super.produce(state, context);
  }
}

it('S9 S14 a receiver that hears busy says what it has consumed, though it is worth no credit', async () => {
  const world = new World();
  const object = new WaitsForPassed(['a', 'b']);
  const ref = world.owner.newTransaction({ timeoutMs: 100_000, receiverCount: 1 }).addObject(object);
  const running = world.download(world.service('a'), ref, new Collector(), { requestTimeoutMs: 1_000 });
  expect(await running).toBe('a|b');
  expect(object.told[0]).toEqual({ next: 1 });
  expect(world.kinds('a').filter((kind) => kind === 'grant').length).toBeLessThan(4);
  expect(await world.close()).toBe(0);
});
