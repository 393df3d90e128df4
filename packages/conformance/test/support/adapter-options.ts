import type { AdapterOptions } from '@towline/conformance';
import type { ProduceContext, Produced } from '@towline/downloader-core';
import { ByteLists, ByteListsConsumer, type Position } from './byte-lists.ts';

type Items = readonly Uint8Array[];

/** The two sides of an adapter for lists of byte arrays. */
export interface AdapterUnderTest {
  readonly source?: new (items: Items, chunkBytes?: number) => ByteLists;
  readonly target?: new (store: Set<string>) => ByteListsConsumer;
  readonly options?: Partial<AdapterOptions<Items, Uint8Array[]>>;
}

const pattern = (length: number, from: number): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => (index * 31 + from * 7) % 256);

const samples: AdapterOptions<Items, Uint8Array[]>['samples'] = [
  { name: 'an empty list', value: [] },
  { name: 'one small array', value: [pattern(3, 1)] },
  { name: 'many arrays', value: [0, 1, 700, 6000, 0, 33, 9000, 500, 20].map((bytes, at) => pattern(bytes, at)) },
];

function sameLists(result: Items, value: Items): void {
  const isSame = (item: Uint8Array, at: number): boolean => item.join() === value[at]?.join();
  if (result.length !== value.length || !result.every(isSame)) throw new Error('the lists differ');
}

/** Options for the suite of an adapter; what is not given is right. */
export function adapterOptions(adapter: AdapterUnderTest = {}): AdapterOptions<Items, Uint8Array[]> {
  const { source: Source = ByteLists, target: Target = ByteListsConsumer, options } = adapter;
  const store = new Set<string>();
  return {
    samples,
    downloadable: (items, { chunkBytes }) => new Source(items, chunkBytes),
    consumer: () => new Target(store),
    verify: sameLists,
    verifyNothingLeft: () => {
      if (store.size > 0) throw new Error(`left: ${[...store].join(', ')}`);
    },
    cleanup: () => store.clear(),
    chunkSizes: [500, 4096, 65_536],
    failingDownloadable: (items, { chunkBytes }) => new FailingSource(items, chunkBytes),
    failingConsumer: () => new FailingTarget(store),
    ...options,
  };
}

class FailingSource extends ByteLists {
  override produce(state?: Position, context?: ProduceContext): Produced<Position> | Promise<Produced<Position>> {
    return state === undefined ? super.produce(state, context) : { status: 'error', reason: 'the source is gone' };
  }
}

class FailingTarget extends ByteListsConsumer {
  override consume(): void {
    throw new Error('the target is full');
  }
}
