import type { Consumer } from '@towline/downloader-core';
import { checker, type Check, type Scenario } from '../scenario.ts';
import type { AdapterOptions, Sample } from './options.ts';
import * as consuming from './consuming.ts';
import * as producing from './producing.ts';
import * as transferring from './transferring.ts';
import type { AnyDownloadable } from './walk.ts';

/** What a scenario works with. */
export interface AdapterBench<V, R> {
  readonly samples: readonly Sample<V>[];
  readonly chunkSizes: readonly number[];
  readonly badStates: readonly unknown[];
  make(value: V, chunkBytes?: number): Promise<AnyDownloadable>;
  consumer(): Promise<Consumer<R>>;
  verify(result: R, value: V): Promise<void>;
  verifyNothingLeft(): Promise<void>;
  readonly check: Check;
}

type Run = <V, R>(bench: AdapterBench<V, R>) => Promise<void>;

interface Definition {
  readonly id: string;
  readonly rule: string;
  readonly title: string;
  readonly needs?: 'chunkSizes';
  readonly run: Run;
}

const definitions: readonly Definition[] = [
  { id: 'round-trip', rule: 'L1', title: 'every sample arrives as it was', run: transferring.roundTrip },
  {
    id: 'chunk-sizes',
    rule: 'S3',
    title: 'every sample arrives at every chunk size',
    needs: 'chunkSizes',
    run: transferring.chunkSizes,
  },
  { id: 'credits', rule: 'S9', title: 'every sample arrives whatever the receiver grants', run: transferring.credits },
  {
    id: 'several-receivers',
    rule: 'S3',
    title: 'several receivers at once each get the whole',
    run: transferring.severalReceivers,
  },
  {
    id: 'lost-and-repeated',
    rule: 'L2',
    title: 'lost, repeated and reordered messages change nothing',
    run: transferring.lostAndRepeated,
  },
  {
    id: 'link-cut-anywhere',
    rule: 'L2',
    title: 'a link that is cut after any message changes nothing',
    run: transferring.linkCutAnywhere,
  },
  {
    id: 'detaching-transport',
    rule: 'M4',
    title: 'a transport that takes buffers away harms nobody',
    run: transferring.detachingTransport,
  },
  {
    id: 'small-messages',
    rule: 'W4',
    title: 'chunks that are cut into several messages arrive whole',
    run: transferring.smallMessages,
  },
  {
    id: 'stopped-half-way',
    rule: 'I4',
    title: 'a download that stops half-way leaves nothing behind',
    run: transferring.stoppedHalfWay,
  },
  {
    id: 'released',
    rule: 'E3',
    title: 'release() ends well, after a whole and after a broken transfer',
    run: transferring.released,
  },
  {
    id: 'same-state-same-bytes',
    rule: 'S3',
    title: 'the same state gives the same bytes, out of order and at the same time',
    run: producing.sameStateSameBytes,
  },
  {
    id: 'states-travel',
    rule: 'S7',
    title: 'a state that has travelled is as good as new',
    run: producing.statesTravel,
  },
  {
    id: 'chunk-limits',
    rule: 'S7',
    title: 'no chunk is above maxChunkBytes, no state above 64 KiB',
    run: producing.chunkLimits,
  },
  {
    id: 'end-is-the-end',
    rule: 'S5',
    title: 'asking again at the end gives the end again',
    run: producing.endIsTheEnd,
  },
  {
    id: 'bad-states',
    rule: 'S1',
    title: 'states that did not come from the object are refused',
    run: producing.badStates,
  },
  { id: 'bytes-stay', rule: 'M4', title: 'bytes that were produced are not written again', run: producing.bytesStay },
  {
    id: 'description',
    rule: 'L7',
    title: 'the description tells the truth about bytes and items',
    run: producing.description,
  },
  {
    id: 'bytes-are-lent',
    rule: 'M4',
    title: 'the consumer neither keeps nor writes what it was lent',
    run: consuming.bytesAreLent,
  },
  {
    id: 'consumer-states',
    rule: 'L5',
    title: 'the consumer returns nothing, or a plain state',
    run: consuming.returnsStates,
  },
];

/** The scenarios that an adapter must pass. */
export function adapterScenarios<V, R>(options: AdapterOptions<V, R>): Scenario[] {
  return definitions.map(({ id, rule, title, needs, run }) => ({
    id,
    rule,
    title,
    missing: needs && !options[needs] ? [needs] : [],
    run: async () => {
      try {
        await run(benchOf(options, checker('adapter', rule)));
      } finally {
        await options.cleanup?.();
      }
    },
  }));
}

function benchOf<V, R>(options: AdapterOptions<V, R>, check: Check): AdapterBench<V, R> {
  return {
    samples: options.samples,
    chunkSizes: options.chunkSizes ?? [],
    badStates: options.badStates ?? [],
    make: async (value, chunkBytes) => {
      const made = await options.downloadable(value, chunkBytes === undefined ? {} : { chunkBytes });
      // The suite feeds it only states and requests that its own schemas have passed.
      return made as unknown as AnyDownloadable;
    },
    consumer: async () => options.consumer(),
    verify: async (result, value) => options.verify(result, value),
    verifyNothingLeft: async () => options.verifyNothingLeft?.(),
    check,
  };
}
