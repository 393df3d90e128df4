import type { Description } from './description.ts';
import type { State } from './downloadable.ts';
import type { DownloadError } from './errors.ts';
import type { PlainObject } from './plain.ts';
import type { Schema } from './schema.ts';

/** Marks an object as a Consumer, whichever copy of this package made it. */
export const consumer: unique symbol = Symbol.for('towline/1 consumer');

/** What a consumer is told with every call. */
export interface ConsumeContext {
  /** The ref that is downloaded: the `refId` of its {@link Ref}. */
  readonly refId: string;
  /** The owner's identity. */
  readonly ownerId: string;
  /** Aborts when the download does. */
  readonly signal: AbortSignal;
}

/** How a download begins, when it does not begin at the beginning (rules S10, R10). */
export interface StartResult<S extends State = State> {
  /** Where to go on from. Default: the beginning. */
  readonly state?: S;
  /** Bytes of the object that are here already; they count in `bytesDone` and are told as `resumedBytes`. */
  readonly resumedBytes?: number;
  /** Whole items that are here already; `itemsDone` counts on from them. */
  readonly resumedItems?: number;
  /** A selection or the like, for the Downloadable's `requestSchema`: MessagePack types, at most 16 MiB encoded. */
  readonly request?: PlainObject;
}

/** Takes in one object. `R` is what the download gives, `S` the state that it sees. */
export interface Consumer<R, S extends State = State> {
  readonly [consumer]: true;
  /** `consume` returns the next state, which is sent as it is; one chunk at a time (rule L5). Default false. */
  readonly strict?: boolean;
  /** Bytes may be kept for ever: each chunk comes in one buffer, at an offset that is a multiple of 8 (rule M4). */
  readonly keepsBytes?: boolean;
  /** The consumer writes into what it is given: it gets a copy where the bytes are shared. Default false. */
  readonly copyOnDeliver?: boolean;
  /** The largest description that is taken. Default 16 MiB. */
  readonly maxDescriptionBytes?: number;
  /** Checks states before `consume` sees them: the owner is not trusted. Default: any plain object. */
  readonly stateSchema?: Schema<S>;
  /**
   * `start` only looks: it gives neither a state nor a request, so chunks are asked for together with the description, which
   * saves a round trip. They wait while it runs, no more than a window of them, and are dropped if it gives either. Default false.
   */
  readonly startsAtBeginning?: boolean;
  /** Sees the description before any byte and says how to begin. Absent: from the beginning, at once. */
  start?(
    description: Description,
    context: ConsumeContext,
  ): StartResult<S> | undefined | void | Promise<StartResult<S> | undefined | void>;
  /**
   * Takes one chunk: the list that was produced (a single array comes as a list of one). Unless the consumer `keepsBytes`
   * the bytes end when this settles; they are read only unless it asked for `copyOnDeliver`. `state` is the one after this chunk. Returns nothing, or the state to go on from.
   */
  consume(
    data: readonly Uint8Array[],
    state: S,
    context: ConsumeContext,
  ): S | undefined | void | Promise<S | undefined | void>;
  /** Everything is here. What it gives is the download's result; a throw makes the receiver failed (rule D1). */
  downloadCompleted(context: ConsumeContext): R | Promise<R>;
  /** Runs exactly once for every download that failed (rule L1). Leave nothing behind but what resuming needs. */
  downloadFailed(error: DownloadError): void | Promise<void>;
}

/** Whether a value is a {@link Consumer}. */
export function isConsumer(value: unknown): value is Consumer<unknown> {
  return typeof value === 'object' && value !== null && consumer in value;
}
