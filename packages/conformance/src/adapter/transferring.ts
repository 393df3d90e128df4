import type { Downloadable } from '@towline/downloader-core';
import type { FaultPlan } from '@towline/transport-memory';
import { thrownText } from '../finding.ts';
import { type AdapterBench, nameOf, problemOf } from './bench.ts';
import type { Sample, SampleOptions } from './options.ts';
import { transfer, type TransferOptions } from './transfer.ts';
import { shown } from './values.ts';
import { longest } from './walk.ts';

const mostCuts = 12;
// Beside its chunks an owner sends hello, end and confirmed.
const otherMessages = 3;

interface Delivery extends Omit<TransferOptions, 'signal'> {
  /** How it is transferred, for messages. */
  readonly how: string;
  readonly size?: SampleOptions | undefined;
  /** Whether receivers may get the same chunk. Default true. */
  readonly shares?: boolean;
}

// What core produces once for all hides an object that would not give each receiver the same.
function unshared(object: Downloadable): Downloadable {
  Object.defineProperty(object, 'sharesChunks', { value: false, configurable: true });
  return object;
}

/** Transfers a sample and verifies what every receiver got. Gives the first result. */
async function deliver<V, R>(bench: AdapterBench<V, R>, sample: Sample<V>, delivery: Delivery): Promise<R> {
  const { how, size = {}, shares = true, ...options } = delivery;
  const seed = options.seed;
  const name = `${nameOf(sample, size)} ${how}`;
  const made = await bench.make(sample.value, size);
  const object = shares ? made : unshared(made);
  const { results, outcome } = await transfer(object, bench.consumer, { ...options, signal: bench.signal });
  const arrived: R[] = [];
  for (const result of results) {
    if (result.status === 'fulfilled') arrived.push(result.value);
    else bench.check(false, `${name} to arrive`, thrownText(result.reason), seed);
  }
  for (const result of arrived) {
    const problem = await problemOf(() => bench.options.verify(result, sample.value));
    bench.check(problem === undefined, `${name} to arrive as it was`, () => `verify() throws ${problem}`, seed);
  }
  bench.check(outcome.status === 'completed', `the outcome of ${name} to be completed`, () => shown(outcome), seed);
  return arrived[0] as R;
}

export async function roundTrip<V, R>(bench: AdapterBench<V, R>): Promise<void> {
  for (const sample of bench.samples) await deliver(bench, sample, { how: 'as it is' });
}

/** A suite that cannot tell a broken transfer from a good one shows nothing. */
export async function samplesTell<V, R>(bench: AdapterBench<V, R>): Promise<void> {
  const { chunks } = await longest(bench);
  bench.check(chunks >= 4, 'a sample of at least four chunks, to go on from the middle of', `at most ${chunks}`);
  bench.check(bench.samples.length >= 2, 'at least two samples', `${bench.samples.length}`);
  for (const [index, sample] of bench.samples.entries()) {
    const other = bench.samples[(index + 1) % bench.samples.length] ?? sample;
    const result = await deliver(bench, sample, { how: 'as it is' });
    const problem = await problemOf(() => bench.options.verify(result, other.value));
    bench.check(problem !== undefined, `verify() to tell ${sample.name} and ${other.name} apart`, 'it takes either');
  }
}

export async function chunkSizes<V, R>(bench: AdapterBench<V, R>): Promise<void> {
  for (const size of bench.sizes) {
    for (const sample of bench.samples) await deliver(bench, sample, { how: 'one after the other', size });
  }
}

export async function credits<V, R>(bench: AdapterBench<V, R>): Promise<void> {
  for (const windowBytes of [1, 100, 4096, 1 << 20]) {
    const how = `with a window of ${windowBytes} bytes`;
    for (const sample of bench.samples) await deliver(bench, sample, { how, windowsBytes: [windowBytes] });
  }
}

export async function severalReceivers<V, R>(bench: AdapterBench<V, R>): Promise<void> {
  const [size] = bench.sizes;
  // By their windows they are at three places at once.
  const windowsBytes = [1, 3000, 1 << 20];
  const how = 'to three receivers';
  for (const shares of [false, true])
    for (const sample of bench.samples) await deliver(bench, sample, { how, windowsBytes, size, shares });
}

export async function lostAndRepeated<V, R>(bench: AdapterBench<V, R>): Promise<void> {
  const faults: FaultPlan = {
    probabilities: { drop: 0.05, duplicate: 0.2, reorder: 0.15, delay: 0.1 },
    maxFaults: 12,
    maxFaultMs: 5,
  };
  const [size] = bench.sizes;
  for (const seed of [bench.seed, bench.seed + 1, bench.seed + 2]) {
    const options: Delivery = { how: 'under faults', seed, faults, windowsBytes: [4096], size };
    for (const sample of bench.samples) await deliver(bench, sample, options);
  }
}

export async function linkIsCut<V, R>(bench: AdapterBench<V, R>): Promise<void> {
  const { sample, options: size, chunks } = await longest(bench);
  const messages = chunks + otherMessages;
  const stride = Math.max(1, messages / mostCuts);
  for (let at = 1; at <= messages; at += stride) {
    const nth = Math.floor(at);
    const faults: FaultPlan = { rules: [{ from: 'owner', nth, fault: { kind: 'cut', delivered: nth % 2 === 0 } }] };
    await deliver(bench, sample, { how: `with the link cut at message ${nth} of the owner`, faults, size });
  }
}

export async function detachingTransport<V, R>(bench: AdapterBench<V, R>): Promise<void> {
  const how = 'to two receivers over a transport that detaches';
  const options: Delivery = { how, endpoint: { detachesBodies: true }, windowsBytes: [4096, 1 << 20] };
  for (const shares of [false, true])
    for (const sample of bench.samples) await deliver(bench, sample, { ...options, shares });
}
