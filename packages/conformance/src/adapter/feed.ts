import {
  type ConsumeContext,
  type Consumer,
  type Downloadable,
  isPlainObject,
  type State,
} from '@towline/downloader-core';
import { digest, joined, totalBytes } from '../bytes.ts';
import { segmentsOf } from './walk.ts';

/** What came of feeding a consumer. */
export interface Fed<R> {
  /** What `consume` returned, each time. */
  readonly returned: readonly unknown[];
  /** Whether it wrote into what it was lent, or around it. */
  readonly wrote: boolean;
  readonly result: R;
}

/** Feeds a consumer as core does, with memory that is wiped as soon as it may be. */
export async function feed<R>(object: Downloadable, consumer: Consumer<R>, signal: AbortSignal): Promise<Fed<R>> {
  const context: ConsumeContext = { refId: 'R-conformance', ownerId: 'owner', signal };
  const begin = await consumer.start?.((await object.describe?.()) ?? {}, context);
  const request: unknown = begin?.request === undefined ? undefined : object.requestSchema?.parse(begin.request);
  const returned: unknown[] = [];
  let wrote = false;
  for (let state: State | undefined = begin?.state; ;) {
    signal.throwIfAborted();
    const produced = await object.produce(state, { request, receiverId: 'walker', signal });
    if (produced.status !== 'ok') return { returned, wrote, result: await consumer.downloadCompleted(context) };
    const lent = lend(segmentsOf(produced), consumer.keepsBytes === true);
    const before = digest(lent.memory);
    const next = await consumer.consume(lent.segments, produced.state, context);
    wrote ||= digest(lent.memory) !== before;
    if (!consumer.keepsBytes) lent.memory.fill(0xaa);
    returned.push(next);
    state = isPlainObject(next) ? next : produced.state;
  }
}

interface Lent {
  readonly memory: Uint8Array;
  readonly segments: readonly Uint8Array[];
}

// One who keeps bytes gets them at a multiple of 8; to all others nothing is promised, and other bytes lie around.
function lend(segments: readonly Uint8Array[], keeps: boolean): Lent {
  const around = new Uint8Array(keeps ? 0 : 3).fill(0x55);
  const memory = joined([around, ...segments, around]);
  const whole = memory.subarray(around.byteLength);
  const starts = segments.map((_, index) => totalBytes(segments.slice(0, index)));
  return {
    memory,
    segments: segments.map(({ byteLength }, index) => {
      const start = starts[index] ?? 0;
      return whole.subarray(start, start + byteLength);
    }),
  };
}
