import type { Downloadable, ProduceContext, Produced, Ref, Transaction } from '@towline/downloader-core';

import { deferred } from '../../src/base/deferred.ts';
import { ChunkList, type ChunkState } from './objects.ts';

/** One call of `produce` that has not ended. */
export interface OpenCall {
  readonly state: ChunkState | undefined;
  readonly context: ProduceContext;
  /** Ends it with the chunk that it was asked for, or with something else. */
  answer(produced?: Produced<ChunkState>): void;
  fail(error: unknown): void;
}

/** Chunks whose every `produce` stays open until the test ends it. */
export class Gated extends ChunkList {
  /** In the order of the calls; ended ones are not taken out. */
  readonly open: OpenCall[] = [];

  override produce(state: ChunkState | undefined, context: ProduceContext): Promise<Produced<ChunkState>> {
    const result = deferred<Produced<ChunkState>>();
    const usual = (): Produced<ChunkState> | Promise<Produced<ChunkState>> => super.produce(state, context);
    this.open.push({
      state,
      context,
      answer: (produced) => void Promise.resolve(produced ?? usual()).then((value) => result.resolve(value)),
      fail: (error) => result.reject(error),
    });
    return result.promise;
  }

  /** The last call that was made. */
  get last(): OpenCall {
    const call = this.open.at(-1);
    if (!call) throw new Error('produce was not called');
    return call;
  }
}

/** Chunks whose `produce` is what a test says. */
export class Producing extends ChunkList {
  readonly #produce: (state: ChunkState | undefined, context: ProduceContext) => unknown;

  constructor(
    produce: (state: ChunkState | undefined, context: ProduceContext) => unknown,
    chunks: readonly string[] = ['x'],
  ) {
    super(chunks);
    this.#produce = produce;
  }

  override produce(state: ChunkState | undefined, context: ProduceContext): Produced<ChunkState> {
    this.calls.push(`produce ${state?.next ?? 0}`);
    return this.#produce(state, context) as Produced<ChunkState>;
  }
}

/** Adds two objects; their refs. */
export function addBoth(transaction: Transaction, first: Downloadable, second: Downloadable): readonly [Ref, Ref] {
  return [transaction.addObject(first), transaction.addObject(second)];
}
