import { decode, encode } from '@msgpack/msgpack';
import type { ProducedChunk } from '@towline/downloader-core';
import { type AdapterBench, problemOf } from './bench.ts';
import { shown, travelProblem } from './values.ts';
import { bytesOf, eachWalk, fingerprint, produceAt, segmentsOf, some, type Step } from './walk.ts';

const maxSegments = 4096;
const maxStateBytes = 65_536;
const maxChunkBytes = 64 * 1024 * 1024;

export async function sameStateSameBytes<V, R>(bench: AdapterBench<V, R>): Promise<void> {
  const { check } = bench;
  await eachWalk(bench, async ({ object, steps, name }) => {
    const asked = some(steps)
      .toReversed()
      .flatMap((step) => ['one', 'another'].map((receiverId) => ({ step, receiverId })));
    const produce = async ({ step, receiverId }: (typeof asked)[number]): Promise<[Step, string]> => [
      step,
      fingerprint(await produceAt(object, step.state, bench.signal, receiverId)),
    ];
    for (const [{ state, print }, again] of await Promise.all(asked.map(produce))) {
      const expected = `the chunk of ${name} after ${shown(state)} to be the same for everybody, each time`;
      check(again === print, expected, 'other bytes, items or next state');
    }
  });
}

export async function statesTravel<V, R>(bench: AdapterBench<V, R>): Promise<void> {
  const { check } = bench;
  await eachWalk(bench, async ({ object, steps, name }) => {
    const nextPrints = new Map(steps.map(({ state, print }) => [state, print]));
    for (const { chunk } of some(steps)) {
      const problem = travelProblem(chunk.state, 'state');
      check(problem === undefined, `states of ${name} of plain MessagePack types`, () => String(problem));
      const travelled: unknown = decode(encode(chunk.state, { ignoreUndefined: true }));
      const refusal = await problemOf(() => object.stateSchema.parse(travelled));
      const expected = `${name} to go on after ${shown(chunk.state)}, encoded and decoded`;
      check(refusal === undefined, expected, () => `stateSchema throws ${refusal}`);
      const produced = await produceAt(object, object.stateSchema.parse(travelled), bench.signal);
      check(fingerprint(produced) === (nextPrints.get(chunk.state) ?? 'eof'), expected, 'another chunk');
    }
  });
}

export async function chunkLimits<V, R>(bench: AdapterBench<V, R>): Promise<void> {
  const { check } = bench;
  await eachWalk(bench, ({ object, steps, name, options }) => {
    const most = object.maxChunkBytes;
    check(most <= maxChunkBytes, `a maxChunkBytes of ${name} of at most 64 MiB`, `${most}`);
    const limit = Math.min(most, options.chunkBytes ?? most);
    for (const { chunk } of steps) {
      const bytes = bytesOf(chunk);
      check(bytes <= limit, `chunks of ${name} of at most ${limit} bytes`, `one of ${bytes}`);
      const segments = segmentsOf(chunk).length;
      check(segments <= maxSegments, `at most ${maxSegments} arrays in a chunk of ${name}`, `${segments}`);
      const stateBytes = encode(chunk.state, { ignoreUndefined: true }).byteLength;
      check(stateBytes <= maxStateBytes, `states of ${name} of at most ${maxStateBytes} bytes`, `one of ${stateBytes}`);
    }
  });
}

export async function endIsTheEnd<V, R>(bench: AdapterBench<V, R>): Promise<void> {
  const { check } = bench;
  await eachWalk(bench, async ({ object, steps, name }) => {
    const last = steps.at(-1)?.chunk.state;
    for (const time of ['once more', 'twice more', 'three times more']) {
      const problem = await problemOf(async () => {
        const { status } = await produceAt(object, last, bench.signal);
        check(status === 'eof', `eof at the end of ${name} when asked ${time}`, status);
      });
      check(problem === undefined, `eof at the end of ${name} when asked ${time}`, () => String(problem));
    }
  });
}

export async function description<V, R>(bench: AdapterBench<V, R>): Promise<void> {
  const { check } = bench;
  await eachWalk(bench, async ({ object, steps, name }) => {
    const described = (await object.describe?.()) ?? {};
    const problem = travelProblem(described, 'description');
    check(problem === undefined, `a description of ${name} of plain MessagePack types`, () => String(problem));
    const bytes = steps.reduce((sum, { chunk }) => sum + bytesOf(chunk), 0);
    const { totalBytes = bytes, totalItems } = described;
    check(totalBytes === bytes, `totalBytes of ${name} to be what is produced (${bytes})`, `${totalBytes}`);
    const items = itemsOf(steps.map(({ chunk }) => chunk));
    const isTrue = totalItems === undefined || items === undefined || items === totalItems;
    check(isTrue, `totalItems of ${name} to be what is produced (${items})`, `${totalItems}`);
  });
}

// Unknown as soon as one chunk does not say.
function itemsOf(chunks: readonly ProducedChunk[]): number | undefined {
  const counts = chunks.map(({ items, data }) => items ?? (data instanceof Uint8Array ? undefined : data.length));
  return counts.reduce<number | undefined>(
    (sum, count) => (sum === undefined || count === undefined ? undefined : sum + count),
    0,
  );
}
