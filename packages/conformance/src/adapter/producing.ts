import { decode, encode } from '@msgpack/msgpack';
import type { AdapterBench } from './scenarios.ts';
import { type AnyDownloadable, fingerprint, produceAt, segmentsOf, type Step, walk } from './walk.ts';

/** Walks every sample at every chunk size. */
async function eachWalk<V, R>(
  bench: AdapterBench<V, R>,
  look: (object: AnyDownloadable, steps: readonly Step[], name: string) => Promise<void>,
): Promise<void> {
  const sizes = bench.chunkSizes.length > 0 ? bench.chunkSizes : [undefined];
  for (const sample of bench.samples) {
    for (const size of sizes) {
      const object = await bench.make(sample.value, size);
      try {
        await look(
          object,
          await walk(object, bench.check),
          size === undefined ? sample.name : `${sample.name} in chunks of ${size} bytes`,
        );
      } finally {
        await object.release?.();
      }
    }
  }
}

export async function sameStateSameBytes<V, R>(bench: AdapterBench<V, R>): Promise<void> {
  await eachWalk(bench, async (object, steps, name) => {
    const backwards = some(steps).toReversed();
    const again = await Promise.all(
      backwards.flatMap(({ state }) => ['one', 'another'].map((receiverId) => produceAt(object, state, receiverId))),
    );
    for (const [index, produced] of again.entries()) {
      const step = backwards[Math.floor(index / 2)] as Step;
      const isSame = produced.status === 'ok' && fingerprint(produced) === fingerprint(step.chunk);
      bench.check(
        isSame,
        `the chunk of ${name} after ${JSON.stringify(step.state)} to be the same each time`,
        'other bytes, items or next state',
      );
    }
  });
}

export async function statesTravel<V, R>(bench: AdapterBench<V, R>): Promise<void> {
  await eachWalk(bench, async (object, steps, name) => {
    for (const { state, chunk } of some(steps)) {
      if (state === undefined) continue;
      const travelled: unknown = decode(encode(state));
      const produced = await produceAt(object, object.stateSchema.parse(travelled));
      const isSame = produced.status === 'ok' && fingerprint(produced) === fingerprint(chunk);
      bench.check(
        isSame,
        `${name} to go on from a state that was encoded and decoded`,
        () => `another chunk after ${JSON.stringify(travelled)}`,
      );
    }
  });
}

export async function chunkLimits<V, R>(bench: AdapterBench<V, R>): Promise<void> {
  await eachWalk(bench, async (object, steps, name) => {
    for (const { chunk } of steps) {
      const segments = segmentsOf(chunk);
      const bytes = segments.reduce((sum, { byteLength }) => sum + byteLength, 0);
      bench.check(
        bytes <= object.maxChunkBytes,
        `chunks of ${name} of at most ${object.maxChunkBytes} bytes`,
        `one of ${bytes}`,
      );
      bench.check(segments.length <= 4096, 'at most 4,096 arrays in a chunk', `${segments.length}`);
      const stateBytes = encode(chunk.state).byteLength;
      bench.check(stateBytes <= 65_536, 'states of at most 65,536 bytes', `one of ${stateBytes}`);
    }
  });
}

export async function endIsTheEnd<V, R>(bench: AdapterBench<V, R>): Promise<void> {
  await eachWalk(bench, async (object, steps, name) => {
    const last = steps.at(-1)?.chunk.state;
    for (let time = 1; time <= 3; time += 1) {
      const { status } = await produceAt(object, last);
      bench.check(status === 'eof', `the end of ${name}, each time`, `${status} at the ${time}. time`);
    }
  });
}

export async function bytesStay<V, R>(bench: AdapterBench<V, R>): Promise<void> {
  await eachWalk(bench, async (object, steps, name) => {
    const before = steps.map(({ chunk }) => fingerprint(chunk));
    await Promise.all(some(steps).map(({ state }) => produceAt(object, state)));
    const changed = steps.findIndex(({ chunk }, index) => fingerprint(chunk) !== before[index]);
    bench.check(
      changed === -1,
      `chunks of ${name} to stay as they were produced`,
      `chunk ${changed + 1} changed when others were produced`,
    );
    // What was changed before the walk had ended is seen by asking once more.
    for (const [index, { state, chunk }] of some(steps).entries()) {
      const produced = await produceAt(object, state);
      const isSame = produced.status === 'ok' && fingerprint(produced) === fingerprint(chunk);
      bench.check(
        isSame,
        `chunk ${index + 1} of ${name} to hold its own bytes`,
        'the bytes of another chunk: a buffer was used twice',
      );
    }
  });
}

export async function description<V, R>(bench: AdapterBench<V, R>): Promise<void> {
  await eachWalk(bench, async (object, steps, name) => {
    const described = (await object.describe?.()) ?? {};
    const { body, ...plain } = described;
    encode(plain);
    const bytes = steps.flatMap(({ chunk }) => segmentsOf(chunk)).reduce((sum, { byteLength }) => sum + byteLength, 0);
    const { totalBytes = bytes, totalItems } = described;
    bench.check(totalBytes === bytes, `totalBytes of ${name} to be what is produced (${bytes})`, `${totalBytes}`);
    const items = steps.map(
      ({ chunk }) => chunk.items ?? (chunk.data instanceof Uint8Array ? undefined : chunk.data.length),
    );
    const counted = items.reduce<number>((sum, count) => sum + (count ?? 0), 0);
    const isKnown = totalItems !== undefined && items.every((count) => count !== undefined);
    bench.check(
      !isKnown || counted === totalItems,
      `totalItems of ${name} to be what is produced (${counted})`,
      `${totalItems}`,
    );
  });
}

export async function badStates<V, R>(bench: AdapterBench<V, R>): Promise<void> {
  await eachWalk(bench, async (object, steps, name) => {
    const good = steps.map(({ chunk }) => chunk.state).at(0);
    const bad = [...bench.badStates, ...neverStates, ...(good ? spoilt(good) : [])];
    for (const state of bad) {
      const isRefused = refuses(object, state);
      bench.check(isRefused, `${name} to refuse the state ${shown(state)}`, 'a schema that takes it');
    }
  });
}

const neverStates: readonly unknown[] = [
  null,
  1,
  'state',
  [],
  { unheardOf: true },
  JSON.parse('{"__proto__": {"polluted": 1}}'),
];

/** A good state with one thing wrong in it. */
function spoilt(state: Readonly<Record<string, unknown>>): unknown[] {
  return Object.entries(state).flatMap(([field, value]) => {
    const wrong =
      typeof value === 'number' ? [-1, 0.5, 2 ** 53, '0', Number.NaN, null] : [null, Symbol.iterator.toString];
    const { [field]: _left, ...rest } = state;
    return [...wrong.map((other) => ({ ...state, [field]: other })), ...(Object.keys(rest).length > 0 ? [rest] : [])];
  });
}

function refuses(object: AnyDownloadable, state: unknown): boolean {
  try {
    object.stateSchema.parse(state);
    return false;
  } catch {
    return true;
  }
}

function shown(state: unknown): string {
  return JSON.stringify(state) ?? String(state);
}

/** At most 60 steps, from all over a long walk. */
function some(steps: readonly Step[]): readonly Step[] {
  const stride = Math.ceil(steps.length / 60);
  return steps.filter((_, index) => index % stride === 0);
}
