import type { AdapterBench } from './bench.ts';
import { eachWalk, fingerprint, produceAt, some, type Step } from './walk.ts';

export async function bytesStay<V, R>(bench: AdapterBench<V, R>): Promise<void> {
  await eachWalk(bench, async ({ object, steps, name }) => {
    await Promise.all(some(steps).map(({ state }) => produceAt(object, state, bench.signal)));
    expectUnchanged(bench, steps, `chunks of ${name} to stay as they were when they were produced`);
  });
}

export async function recycled<V, R>(bench: AdapterBench<V, R>): Promise<void> {
  await eachWalk(bench, async ({ object, steps, name }) => {
    // Every second chunk is given back, and what is produced next may lie where it lay.
    const kept = steps.filter((_, index) => index % 2 === 1);
    for (const { chunk } of steps.filter((_, index) => index % 2 === 0)) chunk.recycle?.();
    for (const { state, print } of some(steps)) {
      const produced = await produceAt(object, state, bench.signal);
      const expected = `chunks of ${name} to be the same after others were given back by recycle()`;
      bench.check(fingerprint(produced) === print, expected, 'another chunk');
      kept.push({ state, print, chunk: produced as Step['chunk'] });
    }
    expectUnchanged(bench, kept, `chunks of ${name} to stay as they were when others were given back by recycle()`);
  });
}

function expectUnchanged<V, R>({ check }: AdapterBench<V, R>, steps: readonly Step[], expected: string): void {
  const changed = steps.findIndex(({ chunk, print }) => fingerprint(chunk) !== print);
  check(changed === -1, expected, `the memory of chunk ${changed + 1} of ${steps.length} was written again`);
}
