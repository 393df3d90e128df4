import { type ConsumeContext, type Consumer, isPlainObject, type Produced } from '@towline/downloader-core';
import { messageOf } from '../scenario.ts';
import type { AdapterBench } from './scenarios.ts';
import { type AnyDownloadable, fingerprint, produceAt, segmentsOf } from './walk.ts';

interface Feeding<R> {
  readonly consumer: Consumer<R>;
  /** What `consume` returned, each time. */
  readonly returned: unknown[];
  /** Whether it wrote into what it was lent. */
  wrote: boolean;
  readonly result: R;
}

const context: ConsumeContext = { refId: 'R-conformance', ownerId: 'owner', signal: new AbortController().signal };

/** Feeds a consumer as core does, with memory that is wiped as soon as it may be. */
async function feed<R>(object: AnyDownloadable, consumer: Consumer<R>): Promise<Feeding<R>> {
  const returned: unknown[] = [];
  let wrote = false;
  const begin = await consumer.start?.((await object.describe?.()) ?? {}, context);
  const request: unknown = begin?.request === undefined ? undefined : object.requestSchema?.parse(begin.request);
  const signal = context.signal;
  const ask = async (state: Readonly<Record<string, unknown>> | undefined): Promise<Produced> =>
    request === undefined ? produceAt(object, state) : object.produce(state, { request, receiverId: 'walker', signal });
  for (let produced = await ask(begin?.state); produced.status === 'ok'; produced = await ask(produced.state)) {
    const lent = lend(segmentsOf(produced));
    const before = fingerprint({ ...produced, data: lent });
    returned.push(await consumer.consume(lent, produced.state, context));
    wrote ||= fingerprint({ ...produced, data: lent }) !== before;
    if (!consumer.keepsBytes) for (const segment of lent) segment.fill(0xaa);
  }
  return { consumer, returned, wrote, result: await consumer.downloadCompleted(context) };
}

/** Copies in one buffer, at a multiple of 8. */
function lend(segments: readonly Uint8Array[]): Uint8Array[] {
  const whole = new Uint8Array(segments.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  return segments.map((segment) => {
    whole.set(segment, at);
    at += segment.byteLength;
    return whole.subarray(at - segment.byteLength, at);
  });
}

export async function bytesAreLent<V, R>(bench: AdapterBench<V, R>): Promise<void> {
  for (const sample of bench.samples) {
    const object = await bench.make(sample.value);
    try {
      const { consumer, wrote, result } = await feed(object, await bench.consumer());
      bench.check(
        !wrote || consumer.copyOnDeliver === true,
        `the consumer to leave the bytes of ${sample.name} as they are`,
        'it wrote into them without copyOnDeliver',
      );
      await bench.verify(result, sample.value).catch((error: unknown) => {
        bench.check(
          false,
          `${sample.name} to be whole after its buffers were used again`,
          `${messageOf(error)} (does the consumer keep bytes without keepsBytes?)`,
        );
      });
    } finally {
      await object.release?.();
    }
  }
}

export async function returnsStates<V, R>(bench: AdapterBench<V, R>): Promise<void> {
  for (const sample of bench.samples) {
    const object = await bench.make(sample.value);
    try {
      const { consumer, returned } = await feed(object, await bench.consumer());
      for (const value of returned) {
        const isFine = consumer.strict ? isPlainObject(value) : value === undefined || isPlainObject(value);
        bench.check(
          isFine,
          `consume() of ${sample.name} to return ${consumer.strict ? 'a state' : 'nothing or a state'}`,
          typeof value,
        );
      }
    } finally {
      await object.release?.();
    }
  }
}
