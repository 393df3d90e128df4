import type { Description, Totals } from './description.ts';
import { isPlainObject, type PlainObject } from './plain.ts';
import type { Schema } from './schema.ts';

/** Marks an object as a Downloadable, whichever copy of this package made it. */
export const downloadable: unique symbol = Symbol.for('towline/1 downloadable');

/** The cursor that a receiver holds: a plain object of MessagePack types, at most 64 KiB encoded, integers up to 2^53 − 1. */
export type State = PlainObject;

/** One result of `produce` (rules S5–S7). */
export type Produced<S extends State = State> = ProducedChunk<S> | ProducedEnd | ProducedError;

/** A chunk and the state that comes after it. */
export interface ProducedChunk<S extends State = State> {
  readonly status: 'ok';
  /** One array or a list of at most 4,096. The bytes belong to core until `release()` and are never written again. */
  readonly data: Uint8Array | readonly Uint8Array[];
  /** What to pass for the next chunk. */
  readonly state: S;
  /** How many items end in this chunk. Default: the length of the list, or unknown for a single array. */
  readonly items?: number;
  /** The data's ArrayBuffers are used for nothing else, so that a transport may take them away (rule M4). */
  readonly owned?: boolean;
  /** Called once when core no longer reads the data and nobody else got the memory itself: it may be used again. */
  recycle?(): void;
}

/** Everything was produced. */
export interface ProducedEnd {
  readonly status: 'eof';
}

/** The object cannot be had, by this receiver, any more. Ends its transfer without a retry. */
export interface ProducedError {
  readonly status: 'error';
  /** For people on the other side: no secrets, no paths. */
  readonly reason: string;
  /** An error code for the receiver. Default `source_error`. */
  readonly code?: string;
}

/** What `produce` is told beside the state. */
export interface ProduceContext<Q = unknown> {
  /** The download's request, parsed; `undefined` when it has none. */
  readonly request: Q | undefined;
  /**
   * Whom the chunk is for: the identity that the transport established. One chunk may go to several receivers, see
   * `sharesChunks`.
   */
  readonly receiverId: string;
  /** True: the last try arrived damaged. Produce the bytes anew, not from a cache (rule I1). */
  readonly refetch?: boolean;
  /** Aborts when nobody wants the result any more. */
  readonly signal: AbortSignal;
}

/** A receiver's final status on a ref. */
export type ReceiverStatus = 'success' | 'failed';

/** How a transaction ended (rule E1). */
export type TransactionEnd = 'finished' | 'timeout' | 'deleted';

/** What an object learns about its transaction (rule R4). */
export interface TransactionInfo {
  /** The transaction that the object was added to. */
  readonly transactionId: string;
  /** The declared identities, when they were declared. */
  readonly receivers?: readonly string[];
  /** How many receivers are expected, when that is known. */
  readonly receiverCount?: number;
  /** The identities that hold a seat now, in the order in which they came. */
  seats(): readonly string[];
}

/**
 * An object that can be handed over. `S` is its cursor, `Q` the request that it understands. It keeps no position per
 * receiver: the same request and state give the same bytes, however often, in whatever order, at the same time.
 */
export interface Downloadable<S extends State = State, Q = unknown> {
  readonly [downloadable]: true;
  /** What kind of object it is; goes into the ref. */
  readonly kind?: string;
  /** Refuses states that did not come from this object. Untrusted input. */
  readonly stateSchema: Schema<S>;
  /** Parses requests. Absent: a download with a request is refused. Untrusted input. */
  readonly requestSchema?: Schema<Q>;
  /** The most bytes that one chunk can have; reserved before `produce` runs. At most 64 MiB. */
  readonly maxChunkBytes: number;
  /** `produce` may wait for its source without bound (rule S4). Default false. */
  readonly mayWait?: boolean;
  /**
   * Receivers that are near each other get the same chunk, produced once (rule M2). `false`: each has its own produced,
   * for sources that are cheaper to read than memory is to hold. Default true.
   */
  readonly sharesChunks?: boolean;
  /** Kept for the transaction's callbacks. Default: the Downloadable itself. */
  readonly baseObject?: unknown;
  /** Describes the object; asked at most once. */
  describe?(): Description | Promise<Description>;
  /** What is left of the object under a request. */
  totals?(request: Q): Totals | Promise<Totals>;
  /** Makes the chunk after `state` (`undefined`: the first). A throw is tried again, a returned error is final (rule S6). */
  produce(state: S | undefined, context: ProduceContext<Q>): Produced<S> | Promise<Produced<S>>;
  /** This receiver's download will not ask before `state` again (rule S9). */
  passed?(receiverId: string, state: S): void;
  /** Runs once, inside `addObject`, before the ref can be served. A throw undoes the adding (rule R4). */
  setTransaction?(info: TransactionInfo, refId: string): void;
  /** Fires once per receiver, on its final status. */
  downloadedToOne?(receiverId: string, status: ReceiverStatus): void | Promise<void>;
  /** Fires once, after the last expected receiver is final. */
  downloadedToAll?(): void | Promise<void>;
  /** The transaction has ended. */
  transactionDone?(transactionId: string, end: TransactionEnd): void | Promise<void>;
  /** The last call: nothing is produced or read any more. Drop what is large, close what is open. */
  release?(): void | Promise<void>;
}

/** Whether a value can be added to a transaction (rule R3). */
export function isDownloadable(value: unknown): value is Downloadable {
  if (typeof value !== 'object' || value === null || !(downloadable in value)) return false;
  const candidate = value as Partial<Downloadable>;
  return (
    typeof candidate.produce === 'function' &&
    typeof candidate.stateSchema?.parse === 'function' &&
    Number.isSafeInteger(candidate.maxChunkBytes) &&
    (candidate.maxChunkBytes as number) > 0
  );
}

/** Throws unless `input` is `{}`-like with exactly one safe, non-negative integer under each of `fields`. */
export function parseCounters<F extends string>(input: unknown, fields: readonly F[]): Readonly<Record<F, number>> {
  if (!isPlainObject(input)) throw new TypeError('the state is not a plain object');
  if (Object.keys(input).length !== fields.length)
    throw new TypeError(`the state has other fields than ${fields.join(', ')}`);
  for (const field of fields) {
    const value = input[field];
    if (!Number.isSafeInteger(value) || (value as number) < 0)
      throw new TypeError(`${field} is not a whole number from 0`);
  }
  return input as Readonly<Record<F, number>>;
}
