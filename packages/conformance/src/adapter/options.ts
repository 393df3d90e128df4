import type { Consumer, Downloadable } from '@towline/downloader-core';

/** An implementation of an adapter, as its suite sees it. `V` is a sample's value, `R` what a download gives. */
export interface AdapterOptions<V, R> {
  /**
   * Objects to transfer, each another: an empty one, one smaller than a chunk, and one of at least four chunks (at the
   * smallest of the chunk sizes). Small ones will do: they are walked and transferred some hundred times.
   */
  readonly samples: readonly Sample<V>[];
  /** A Downloadable of a sample, made anew at each call. */
  downloadable(value: V, options: SampleOptions): Downloadable | Promise<Downloadable>;
  /** A consumer, made anew at each call. */
  consumer(): Consumer<R> | Promise<Consumer<R>>;
  /** Throws unless the result is the sample. */
  verify(result: R, value: V): void | Promise<void>;
  /** States that are not of this adapter, beside those that the suite makes up. */
  readonly badStates?: readonly unknown[];
  /** Throws when a download that failed has left something behind. Absent: the consumer stores nothing anywhere. */
  verifyNothingLeft?(): void | Promise<void>;
  /** Runs after each scenario. */
  cleanup?(): void | Promise<void>;

  /** Ability: chunk sizes in bytes that `downloadable` takes. Absent: it is always called without one. */
  readonly chunkSizes?: readonly number[];
  /** Ability: a Downloadable of the sample whose source fails after the first chunk. Absent: its sources cannot fail. */
  failingDownloadable?(value: V, options: SampleOptions): Downloadable | Promise<Downloadable>;
  /** Ability: a consumer whose target fails before everything is stored. Absent: its targets cannot fail. */
  failingConsumer?(): Consumer<R> | Promise<Consumer<R>>;

  /** Faults are drawn from it. A failure prints the one to give to see it again. Default 1. */
  readonly seed?: number;
  /** How long one scenario may take, in milliseconds, before it fails because something hangs. Default 30,000. */
  readonly patienceMs?: number;
}

/** What an adapter's scenarios may need: optional members of {@link AdapterOptions}. */
export type AdapterAbility = 'chunkSizes' | 'failingDownloadable' | 'failingConsumer';

/** How a Downloadable of a sample is to be made. */
export interface SampleOptions {
  /** Its chunks have at most so many bytes. Given only when `chunkSizes` are declared. */
  readonly chunkBytes?: number;
}

/** A named value. */
export interface Sample<V> {
  /** Stands in the message of a scenario that fails with it. */
  readonly name: string;
  /** What is transferred: `downloadable` makes an object of it, and `verify` compares the result with it. */
  readonly value: V;
}
