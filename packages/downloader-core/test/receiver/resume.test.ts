import { encode } from '@msgpack/msgpack';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { bytesOf, ChunkList, Collector, StartingCollector } from '../support/objects.ts';
import { idsOf, RawOwner } from '../support/raw-owner.ts';
import { World } from '../support/world.ts';

describe('going on', () => {
  it('L5 states are echoed verbatim, byte for byte, however they were encoded', async () => {
    const fields = fc.dictionary(
      fc.string().filter((key) => key !== '__proto__'),
      fc.oneof(
        // Refused at any depth.
        fc.jsonValue({ maxDepth: 3 }).filter((value) => !JSON.stringify(value).includes('__proto__')),
        fc.uint8Array({ maxLength: 50 }),
        fc.maxSafeInteger(),
      ),
    );
    // The same number in its shortest encoding and in its longest.
    const long = Uint8Array.of(0x81, 0xa1, 0x6e, 0xcf, 0, 0, 0, 0, 0, 0, 0, 7);
    const states = fc.oneof(
      fields.map((state) => encode(state)),
      fc.constant(long),
    );
    await fc.assert(
      fc.asyncProperty(states, async (state) => {
        const world = new World();
        const owner = new RawOwner(world, (raw, pull) => {
          if (pull.header['pullNo'] === 2) return raw.end(pull);
          raw.sayBody({ kind: 'chunk', ...idsOf(pull), seq: 1 }, [bytesOf('ab'), state]);
          return raw.refuse(pull, 'producer_failed');
        });
        expect(await world.download(world.service('a'), owner.ref, new Collector())).toBe('ab');
        expect(owner.pulls[1]?.body).toEqual(new Uint8Array(state));
        expect(await world.close()).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  it('D6 S12 W27 a receiver that was stopped comes back as another process, goes on from its state, and the transaction completes', async () => {
    const world = new World();
    const transaction = world.owner.newTransaction({ timeoutMs: 60_000, receivers: ['a'] });
    const object = new ChunkList(['ab', 'cd', 'ef']);
    const ref = transaction.addObject(object);
    const outcome = transaction.complete();
    const control = new AbortController();
    class Stopping extends Collector {
      override consume(...args: Parameters<Collector['consume']>): ReturnType<Collector['consume']> {
        if (this.received.length === 1) control.abort();
        return super.consume(...args);
      }
    }
    const first = new Stopping();
    await expect(
      world.download(world.service('a'), ref, first, { signal: control.signal, windowBytes: 1 }),
    ).rejects.toMatchObject({ code: 'aborted' });
    const state = first.states[0] as { next: number };
    const again = new StartingCollector({ state, resumedBytes: 2 });
    expect(await world.download(world.service('a'), ref, again)).toBe('cd|ef');
    expect(object.calls.filter((call) => call === 'produce 0')).toHaveLength(1);
    expect(await world.clock.runUntil(outcome)).toMatchObject({ status: 'completed', goodputBytes: 6 });
    expect(await world.close()).toBe(0);
  });

  it('D7 one that said it would not come back is refused', async () => {
    const world = new World();
    const ref = world.owner
      .newTransaction({ timeoutMs: 60_000, receivers: ['a'] })
      .addObject(new ChunkList(['ab', 'cd']));
    const control = new AbortController();
    const service = world.service('a');
    const collector = Object.assign(new Collector(), { consume: () => control.abort() });
    await expect(
      world.download(service, ref, collector, { signal: control.signal, resumable: false }),
    ).rejects.toMatchObject({ code: 'aborted' });
    await expect(world.download(service, ref, new Collector())).rejects.toMatchObject({ code: 'already_failed' });
    expect(await world.close()).toBe(0);
  });

  it('S12 a second download of the same ref by the same receiver replaces the first, which is not retried and cancels nothing', async () => {
    const world = new World();
    const ref = world.owner
      .newTransaction({ timeoutMs: 60_000, receivers: ['a'] })
      .addObject(new ChunkList(['ab', 'cd']));
    const service = world.service('a');
    const slow = Object.assign(new Collector(), {
      consume: () => new Promise<void>((resolve) => world.clock.setTimer(1000, resolve)),
    });
    const older = world.start(service, ref, slow, { windowBytes: 1 });
    await world.rest();
    expect(await world.download(service, ref, new Collector())).toBe('ab|cd');
    await expect(world.clock.runUntil(older)).rejects.toMatchObject({ code: 'replaced', retryable: false });
    expect(world.kinds('a')).not.toContain('cancel');
    expect(await world.close()).toBe(0);
  });
});
