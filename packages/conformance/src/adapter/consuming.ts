import { type Consumer, isPlainObject } from '@towline/downloader-core';
import type { AdapterBench } from './bench.ts';
import { type Fed, feed } from './feed.ts';
import type { Sample } from './options.ts';

export async function bytesAreLent<V, R>(bench: AdapterBench<V, R>): Promise<void> {
  await eachFed(bench, async ({ consumer, fed, sample }) => {
    const leaves = !fed.wrote || consumer.copyOnDeliver === true;
    bench.check(leaves, `${sample.name} to be left as it was lent`, 'the consumer wrote into it without copyOnDeliver');
    const expected = `${sample.name} to be whole, though its bytes were lent at odd places and wiped after each consume()`;
    await bench.expectSame(fed.result, sample.value, expected);
  });
}

export async function consumerStates<V, R>(bench: AdapterBench<V, R>): Promise<void> {
  await eachFed(bench, ({ consumer, fed, sample }) => {
    const expected = `consume() of ${sample.name} to return ${consumer.strict ? 'a state' : 'nothing or a state'}`;
    for (const value of fed.returned) {
      const isFine = isPlainObject(value) || (value === undefined && !consumer.strict);
      bench.check(isFine, expected, typeof value);
    }
  });
}

interface FedSample<V, R> {
  readonly consumer: Consumer<R>;
  readonly fed: Fed<R>;
  readonly sample: Sample<V>;
}

async function eachFed<V, R>(
  bench: AdapterBench<V, R>,
  look: (feeding: FedSample<V, R>) => Promise<void> | void,
): Promise<void> {
  for (const sample of bench.samples) {
    for (const options of bench.sizes) {
      const object = await bench.make(sample.value, options);
      try {
        const consumer = await bench.consumer();
        await look({ consumer, fed: await feed(object, consumer, bench.signal), sample });
      } finally {
        await object.release?.();
      }
    }
  }
}
