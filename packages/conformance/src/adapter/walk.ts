import type { Downloadable, Produced, ProducedChunk } from '@towline/downloader-core';
import type { Check } from '../scenario.ts';

/** A Downloadable as the suite calls it: with states that it gave itself. */
export type AnyDownloadable = Downloadable<Readonly<Record<string, unknown>>, unknown>;

/** One step of a walk: the state that went in, and the chunk that came out. */
export interface Step {
  readonly state: ProducedChunk['state'] | undefined;
  readonly chunk: ProducedChunk;
}

const mostSteps = 100_000;

/** Asks for the chunk after `state`. */
export async function produceAt(
  object: AnyDownloadable,
  state: ProducedChunk['state'] | undefined,
  receiverId = 'walker',
): Promise<Produced> {
  return object.produce(state, { request: undefined, receiverId, signal: new AbortController().signal });
}

/** Every chunk of an object, each asked for with the state of the one before. */
export async function walk(object: AnyDownloadable, check: Check): Promise<Step[]> {
  const steps: Step[] = [];
  for (let state: ProducedChunk['state'] | undefined; ;) {
    const produced = await produceAt(object, state);
    check(
      produced.status !== 'error',
      'an object that can be produced',
      () => `the returned error ${JSON.stringify(produced)}`,
    );
    if (produced.status !== 'ok') return steps;
    steps.push({ state, chunk: produced });
    check(steps.length < mostSteps, 'an end', `more than ${mostSteps} chunks`);
    state = produced.state;
  }
}

/** The arrays of a chunk. */
export function segmentsOf({ data }: ProducedChunk): readonly Uint8Array[] {
  return data instanceof Uint8Array ? [data] : data;
}

/** A short text that two chunks share only when lengths, bytes, items and next state are equal. */
export function fingerprint(chunk: ProducedChunk): string {
  const segments = segmentsOf(chunk).map((segment) => `${segment.byteLength}:${hash(segment)}`);
  return JSON.stringify([segments, chunk.items ?? null, sorted(chunk.state)]);
}

// FNV-1a over 32 bits twice, from two starts: enough to tell chunks of a test apart, and without a dependency.
function hash(bytes: Uint8Array): string {
  let a = 0x811c9dc5;
  let b = 0x9747b28c;
  for (const byte of bytes) {
    a = Math.imul(a ^ byte, 0x01000193);
    b = Math.imul(b ^ byte, 0x85ebca6b);
  }
  return `${(a >>> 0).toString(16)}${(b >>> 0).toString(16)}`;
}

function sorted(state: Readonly<Record<string, unknown>>): unknown {
  return Object.entries(state).toSorted(([a], [b]) => (a < b ? -1 : 1));
}
