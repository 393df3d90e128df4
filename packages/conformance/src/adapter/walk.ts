import type { Downloadable, Produced, ProducedChunk, State } from '@towline/downloader-core';
import { digest, totalBytes } from '../bytes.ts';
import type { ScenarioContext } from '../scenario.ts';
import { type AdapterBench, nameOf } from './bench.ts';
import type { Sample, SampleOptions } from './options.ts';
import { shown, textOf } from './values.ts';

/** One step of a walk: the state that went in, the chunk that came out, and its fingerprint at that time. */
export interface Step {
  readonly state: State | undefined;
  readonly chunk: ProducedChunk;
  readonly print: string;
}

/** An object, walked from its beginning to its end. */
export interface Walked<V> {
  readonly object: Downloadable;
  readonly steps: readonly Step[];
  readonly sample: Sample<V>;
  readonly options: SampleOptions;
  /** The sample and its chunk size, for messages. */
  readonly name: string;
}

const mostSteps = 100_000;

/** Asks for the chunk after `state`. */
export async function produceAt(
  object: Downloadable,
  state: State | undefined,
  signal: AbortSignal,
  receiverId = 'walker',
): Promise<Produced> {
  return object.produce(state, { request: undefined, receiverId, signal });
}

/** Every chunk of an object, each asked for with the state of the one before. */
export async function walk(object: Downloadable, { check, signal }: ScenarioContext): Promise<Step[]> {
  const steps: Step[] = [];
  for (let state: State | undefined; ;) {
    signal.throwIfAborted();
    const produced = await produceAt(object, state, signal);
    check(produced.status !== 'error', 'an object that can be produced', () => `the error ${shown(produced)}`);
    if (produced.status !== 'ok') return steps;
    check(
      isData(produced.data),
      'data that is a Uint8Array or a list of them',
      Object.prototype.toString.call(produced.data),
    );
    steps.push({ state, chunk: produced, print: fingerprint(produced) });
    check(steps.length < mostSteps, 'an end', `more than ${mostSteps} chunks`);
    state = produced.state;
  }
}

/** Walks every sample at every chunk size. */
export async function eachWalk<V, R>(
  bench: AdapterBench<V, R>,
  look: (walked: Walked<V>) => Promise<void> | void,
): Promise<void> {
  for (const sample of bench.samples) {
    for (const options of bench.sizes) {
      const object = await bench.make(sample.value, options);
      try {
        const name = nameOf(sample, options);
        await look({ object, steps: await walk(object, bench), sample, options, name });
      } finally {
        await object.release?.();
      }
    }
  }
}

/** The sample that has the most chunks, at the chunk size that gives the most, and how many those are. */
export async function longest<V, R>(
  bench: AdapterBench<V, R>,
): Promise<{ readonly sample: Sample<V>; readonly options: SampleOptions; readonly chunks: number }> {
  const all: { sample: Sample<V>; options: SampleOptions; chunks: number }[] = [];
  await eachWalk(bench, ({ sample, options, steps }) => void all.push({ sample, options, chunks: steps.length }));
  const [most] = all.toSorted((a, b) => b.chunks - a.chunks);
  if (!most) throw new TypeError('the suite was given no samples');
  return most;
}

/** At most 60 steps, from all over a long walk. */
export function some(steps: readonly Step[]): readonly Step[] {
  const stride = Math.ceil(steps.length / 60);
  return steps.filter((_, index) => index % stride === 0);
}

/** The arrays of a chunk. */
export function segmentsOf({ data }: ProducedChunk): readonly Uint8Array[] {
  return data instanceof Uint8Array ? [data] : data;
}

/** How many bytes a chunk has. */
export function bytesOf(chunk: ProducedChunk): number {
  return totalBytes(segmentsOf(chunk));
}

/** A short text that two results share only when lengths, bytes, items and next state are equal. */
export function fingerprint(produced: Produced): string {
  if (produced.status !== 'ok') return produced.status;
  return textOf([segmentsOf(produced).map(digest), produced.items, produced.state]);
}

function isData(data: unknown): boolean {
  if (data instanceof Uint8Array) return true;
  return Array.isArray(data) && data.every((segment) => segment instanceof Uint8Array);
}
