import type { Consumer } from '@towline/downloader-core';
import { thrownText } from '../finding.ts';
import type { AdapterBench } from './bench.ts';
import { transfer, type Transferred } from './transfer.ts';
import { shown } from './values.ts';
import { eachWalk, longest } from './walk.ts';

export async function stoppedHalfWay<V, R>(bench: AdapterBench<V, R>): Promise<void> {
  await eachWalk(bench, async ({ sample, options, steps, name }) => {
    // What has no chunks cannot be stopped between them.
    if (steps.length === 0) return;
    const control = new AbortController();
    const watch: Watch = { onConsumed: (chunks) => chunks >= steps.length / 2 && control.abort(), failures: [] };
    const object = await bench.make(sample.value, options);
    const { results } = await transfer(object, async () => watched(await bench.consumer(), watch), {
      signal: bench.signal,
      download: { signal: AbortSignal.any([control.signal, bench.signal]) },
    });
    bench.check(results[0]?.status === 'rejected', `${name} to be stopped by its signal`, 'a download that went on');
    const failed = `downloadFailed() of ${name} to run once and well`;
    bench.check(watch.failures.join() === 'ended', failed, () => watch.failures.join(', then ') || 'it did not run');
    await bench.expectNothingLeft(`of ${name}, stopped half-way`);
  });
}

interface Watch {
  /** Told how many chunks were consumed, after each. */
  onConsumed(chunks: number): void;
  /** How each call of `downloadFailed` ended. */
  readonly failures: string[];
}

/** The consumer, watched. */
function watched<R>(inner: Consumer<R>, watch: Watch): Consumer<R> {
  let chunks = 0;
  const consume: Consumer<R>['consume'] = async (...args) => {
    const next = await inner.consume(...args);
    watch.onConsumed((chunks += 1));
    return next;
  };
  const downloadFailed: Consumer<R>['downloadFailed'] = async (error) => {
    try {
      await inner.downloadFailed(error);
      watch.failures.push('ended');
    } catch (thrown) {
      watch.failures.push(`threw ${thrownText(thrown)}`);
    }
  };
  const own: Readonly<Record<PropertyKey, unknown>> = { consume, downloadFailed };
  return new Proxy(inner, {
    get: (target, key) => {
      if (Object.hasOwn(own, key)) return own[key];
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

export async function released<V, R>(bench: AdapterBench<V, R>): Promise<void> {
  for (const sample of bench.samples) {
    for (const [how, signal] of [
      ['a whole transfer', bench.signal],
      ['a transfer that never began', AbortSignal.abort()],
    ] as const) {
      const object = await bench.make(sample.value);
      const { complaints } = await transfer(object, bench.consumer, { signal: bench.signal, download: { signal } });
      const expected = `${how} of ${sample.name} without complaints of the engine`;
      bench.check(complaints.length === 0, expected, () => complaints.join('; '));
    }
  }
}

export async function sourceFails<V, R>(bench: AdapterBench<V, R>): Promise<void> {
  const { sample, options } = await longest(bench);
  const object = await bench.options.failingDownloadable?.(sample.value, options);
  if (!object) throw new TypeError('failingDownloadable gave nothing');
  const transferred = await transfer(object, bench.consumer, { signal: bench.signal, download: { maxRetries: 2 } });
  await expectFailure(bench, transferred, `${sample.name} from a source that fails`);
}

export async function targetFails<V, R>(bench: AdapterBench<V, R>): Promise<void> {
  const { sample, options } = await longest(bench);
  const object = await bench.make(sample.value, options);
  const makeConsumer = async (): Promise<Consumer<R>> => {
    const consumer = await bench.options.failingConsumer?.();
    if (!consumer) throw new TypeError('failingConsumer gave nothing');
    return consumer;
  };
  const transferred = await transfer(object, makeConsumer, { signal: bench.signal });
  await expectFailure(bench, transferred, `${sample.name} to a target that fails`);
}

async function expectFailure<V, R>(
  bench: AdapterBench<V, R>,
  { results, outcome }: Transferred<R>,
  name: string,
): Promise<void> {
  bench.check(results[0]?.status === 'rejected', `${name} to be rejected`, 'a download that resolved');
  bench.check(outcome.status !== 'completed', `an outcome of ${name} other than completed`, () => shown(outcome));
  await bench.expectNothingLeft(`of ${name}`);
}
