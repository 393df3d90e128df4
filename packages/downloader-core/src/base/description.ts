import type { PlainObject } from './plain.ts';

/** What a receiver learns about an object before its bytes (rule L7). */
export interface Description {
  /** What kind of object it is, in the adapter's words (`file`, `state-dict` …). */
  readonly kind?: string;
  /** A name for people. Chosen by the peer: never a path as it stands. */
  readonly name?: string;
  /** The object's size, as far as it is known. */
  readonly totalBytes?: number;
  /** How many items (files, tensors, batches …) it has, as far as that is known. */
  readonly totalItems?: number;
  /** The adapter's own fields: a plain object of MessagePack types. */
  readonly fields?: PlainObject;
  /** More of the adapter's, as bytes; at most the receiver's `maxDescriptionBytes` with all the rest. */
  readonly body?: Uint8Array;
}

/** What one download will bring: the whole object, or what a request leaves of it. */
export interface Totals {
  /** Bytes of all chunks together. Absent: not known before the end. */
  readonly totalBytes?: number;
  /**
   * Items of all chunks together, counted as `items` of a {@link ProducedChunk} is. Absent: not known before the end.
   */
  readonly totalItems?: number;
}
