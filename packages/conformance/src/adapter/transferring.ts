import type { FaultPlan } from '@towline/transport-memory';
import { messageOf } from '../scenario.ts';
import type { AdapterBench } from './scenarios.ts';
import type { Sample } from './options.ts';
import { transfer, type TransferOptions } from './transfer.ts';
import { walk } from './walk.ts';

/** Transfers a sample and verifies what every receiver got. */
async function deliver<V, R>(
  bench: AdapterBench<V, R>,
  sample: Sample<V>,
  how: string,
  options: TransferOptions & { chunkBytes?: number } = {},
): Promise<void> {
  const object = await bench.make(sample.value, options.chunkBytes);
  const { results, outcome } = await transfer(object, () => bench.consumer(), options);
  for (const result of results) {
    const arrived = result.status === 'fulfilled';
    bench.check(arrived, `${sample.name} ${how} to arrive`, () => (arrived ? '' : messageOf(result.reason)));
    if (!arrived) return;
    try {
      await bench.verify(result.value, sample.value);
    } catch (error) {
      bench.check(false, `${sample.name} ${how} to arrive as it was`, messageOf(error));
    }
  }
  bench.check(outcome.status === 'completed', `the outcome of ${sample.name} ${how} to be completed`, () =>
    JSON.stringify(outcome),
  );
}

export async function roundTrip<V, R>(bench: AdapterBench<V, R>): Promise<void> {
  for (const sample of bench.samples) await deliver(bench, sample, 'as it is');
}

export async function chunkSizes<V, R>(bench: AdapterBench<V, R>): Promise<void> {
  for (const chunkBytes of bench.chunkSizes) {
    for (const sample of bench.samples)
      await deliver(bench, sample, `in chunks of ${chunkBytes} bytes`, { chunkBytes });
  }
}

export async function credits<V, R>(bench: AdapterBench<V, R>): Promise<void> {
  for (const windowBytes of [1, 100, 4096, 1 << 20]) {
    for (const sample of bench.samples)
      await deliver(bench, sample, `with a window of ${windowBytes} bytes`, { download: { windowBytes } });
  }
}

export async function severalReceivers<V, R>(bench: AdapterBench<V, R>): Promise<void> {
  for (const sample of bench.samples) await deliver(bench, sample, 'to three receivers', { receivers: 3 });
}

export async function lostAndRepeated<V, R>(bench: AdapterBench<V, R>): Promise<void> {
  for (const seed of [1, 2, 3]) {
    const faults: FaultPlan = {
      probabilities: { drop: 0.05, duplicate: 0.2, reorder: 0.15, delay: 0.1 },
      maxFaults: 12,
      maxFaultMs: 5,
    };
    for (const sample of bench.samples)
      await deliver(bench, sample, `under faults of seed ${seed}`, { seed, faults, download: { windowBytes: 4096 } });
  }
}

export async function linkCutAnywhere<V, R>(bench: AdapterBench<V, R>): Promise<void> {
  const [sample] = bench.samples.toReversed();
  if (!sample) return;
  for (let nth = 1; nth <= 12; nth += 1) {
    const faults: FaultPlan = { rules: [{ from: 'owner', nth, fault: { kind: 'cut', delivered: nth % 2 === 0 } }] };
    await deliver(bench, sample, `with the link cut at message ${nth}`, { faults });
  }
}

export async function detachingTransport<V, R>(bench: AdapterBench<V, R>): Promise<void> {
  for (const sample of bench.samples)
    await deliver(bench, sample, 'over a transport that detaches', {
      endpoint: { detachesBodies: true },
      receivers: 2,
    });
}

export async function smallMessages<V, R>(bench: AdapterBench<V, R>): Promise<void> {
  for (const sample of bench.samples)
    await deliver(bench, sample, 'in messages of 128 KiB', { endpoint: { maxMessageBytes: 131_072 } });
}

export async function stoppedHalfWay<V, R>(bench: AdapterBench<V, R>): Promise<void> {
  for (const sample of bench.samples) {
    const steps = await walk(await bench.make(sample.value), bench.check);
    const control = new AbortController();
    const object = await bench.make(sample.value);
    let chunks = 0;
    const stopping = new Proxy(object, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key, target);
        if (key !== 'produce' || typeof value !== 'function')
          return typeof value === 'function' ? value.bind(target) : value;
        return (...args: unknown[]): unknown => {
          chunks += 1;
          if (chunks > steps.length / 2) control.abort();
          return Reflect.apply(value, target, args);
        };
      },
    });
    const { results } = await transfer(stopping, () => bench.consumer(), { download: { signal: control.signal } });
    bench.check(
      results[0]?.status === 'rejected',
      `${sample.name} to be stopped by its signal`,
      'a download that went on',
    );
    try {
      await bench.verifyNothingLeft();
    } catch (error) {
      bench.check(false, `nothing to be left of ${sample.name} after it was stopped`, messageOf(error));
    }
  }
}

export async function released<V, R>(bench: AdapterBench<V, R>): Promise<void> {
  for (const sample of bench.samples) {
    for (const signal of [undefined, AbortSignal.abort()]) {
      const object = await bench.make(sample.value);
      const { complaints } = await transfer(object, () => bench.consumer(), signal ? { download: { signal } } : {});
      bench.check(complaints.length === 0, `a transfer of ${sample.name} without complaints of the engine`, () =>
        complaints.join('; '),
      );
    }
  }
}
