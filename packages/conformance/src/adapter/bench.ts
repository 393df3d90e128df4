import type { Consumer, Downloadable } from '@towline/downloader-core';
import { ConformanceError, thrownText } from '../finding.ts';
import type { ScenarioContext } from '../scenario.ts';
import type { AdapterOptions, Sample, SampleOptions } from './options.ts';

/** What a scenario works with: the options, made uniform, beside its check and its signal. */
export interface AdapterBench<V, R> extends ScenarioContext {
  readonly options: AdapterOptions<V, R>;
  readonly samples: readonly Sample<V>[];
  /** One entry per declared chunk size; one without any when there are none. */
  readonly sizes: readonly SampleOptions[];
  readonly seed: number;
  readonly make: (value: V, options?: SampleOptions) => Promise<Downloadable>;
  readonly consumer: () => Promise<Consumer<R>>;
  /** Fails the scenario with `expected` when the result is not the sample. */
  readonly expectSame: (result: R, value: V, expected: string) => Promise<void>;
  /** Fails the scenario when a failed download has left something behind. */
  readonly expectNothingLeft: (after: string) => Promise<void>;
}

/** What the scenarios of an adapter work with. */
export function adapterBench<V, R>(options: AdapterOptions<V, R>, context: ScenarioContext): AdapterBench<V, R> {
  const { check } = context;
  return {
    ...context,
    options,
    samples: options.samples,
    sizes: options.chunkSizes?.map((chunkBytes) => ({ chunkBytes })) ?? [{}],
    seed: options.seed ?? 1,
    make: async (value, sampleOptions = {}) => options.downloadable(value, sampleOptions),
    consumer: async () => options.consumer(),
    expectSame: async (result, value, expected) => {
      const problem = await problemOf(() => options.verify(result, value));
      check(problem === undefined, expected, () => `verify() throws ${problem}`);
    },
    expectNothingLeft: async (after) => {
      const problem = await problemOf(() => options.verifyNothingLeft?.());
      check(problem === undefined, `nothing to be left ${after}`, () => `verifyNothingLeft() throws ${problem}`);
    },
  };
}

/** What `act` throws, as text; nothing when it is fine. */
export async function problemOf(act: () => unknown): Promise<string | undefined> {
  try {
    await act();
    return undefined;
  } catch (error) {
    if (error instanceof ConformanceError) throw error;
    return thrownText(error);
  }
}

/** A sample, and how large its chunks are, for messages. */
export function nameOf({ name }: Sample<unknown>, { chunkBytes }: SampleOptions): string {
  return chunkBytes === undefined ? name : `${name} in chunks of ${chunkBytes} bytes`;
}
