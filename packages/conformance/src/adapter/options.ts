import type { Consumer, Downloadable } from '@towline/downloader-core';

/** An implementation of an adapter, as its suite sees it. `V` is a sample's value, `R` what a download gives. */
export interface AdapterOptions<V, R> {
  /** Objects to transfer: at least an empty one, one smaller than a chunk, and one of many chunks. */
  readonly samples: readonly Sample<V>[];
  /**
   * A Downloadable of a sample, made anew at each call. With `chunkBytes` its chunks have at most so many bytes; leave it out of the
   * parameters when the adapter has no such option.
   */
  downloadable(
    value: V,
    options: { readonly chunkBytes?: number },
  ): Downloadable<never, never> | Promise<Downloadable<never, never>>;
  /** A consumer, made anew at each call. */
  consumer(): Consumer<R> | Promise<Consumer<R>>;
  /** Throws unless the result is the sample. */
  verify(result: R, value: V): void | Promise<void>;
  /** Chunk sizes that `downloadable` takes. Absent: it has no such option, and the scenarios that need it are skipped. */
  readonly chunkSizes?: readonly number[];
  /** States that are not of this adapter, beside those that the suite makes up. */
  readonly badStates?: readonly unknown[];
  /** Throws when a download that failed has left something behind. Absent: the consumer leaves nothing anywhere. */
  verifyNothingLeft?(): void | Promise<void>;
  /** Runs after each scenario. */
  cleanup?(): void | Promise<void>;
}

/** A named value. */
export interface Sample<V> {
  readonly name: string;
  readonly value: V;
}
