import type { ProduceContext, State } from '../base/downloadable.ts';
import { DownloadError } from '../base/errors.ts';
import { andThen, isPromise, type MaybePromise } from '../base/maybe-promise.ts';
import type { LazySignal } from '../base/signals.ts';
import { packCanonical } from '../wire/pack.ts';
import type { OwnerContext } from './context.ts';
import type { Reservation } from './byte-budget.ts';
import { type CheckedProduced, checkProduced } from './produced.ts';
import type { RequestHeld } from './request-shelf.ts';
import type { ServedRef } from './served-ref.ts';
import { type Fetched, type Loaded, once } from './shared-chunks.ts';
import type { Source } from './source.ts';

/** What a {@link ChunkFeed} works with. */
export interface ChunkFeedSetup {
  readonly context: OwnerContext;
  readonly ref: ServedRef;
  readonly receiverId: string;
  readonly request: RequestHeld | undefined;
  readonly source: Source;
  /** Aborts when the pull ends. */
  readonly signal: AbortSignal;
  /** Resolves when nothing of the pull is unsent any more. */
  readonly drained: () => Promise<void>;
  /** How many others of the object are here or near behind, and will want the same bytes. */
  readonly followers: () => number;
  /** Lets those near behind catch up: nothing when it need not be waited for. */
  readonly closeUp: () => Promise<void> | undefined;
  /** Whether nobody else pulls the object now. */
  readonly isLone: () => boolean;
  /** Whether nobody else ever will. */
  readonly isOnly: boolean;
  /** Runs work as a pull that waits. */
  readonly waiting: <T>(work: Promise<T>) => Promise<T>;
}

/** Where the chunks of one pull come from: made for it alone, or shared with others that want the same (rules M1, M2). */
export class ChunkFeed {
  readonly #setup: ChunkFeedSetup;
  /** For all calls, which come one after the other: the signal is that of the latest. */
  readonly #context: ProduceContext;
  #call: LazySignal | undefined;

  constructor(setup: ChunkFeedSetup) {
    this.#setup = setup;
    const latest = (): AbortSignal => this.#call?.signal ?? setup.signal;
    this.#context = {
      request: setup.request?.value,
      receiverId: setup.receiverId,
      get signal() {
        return latest();
      },
    };
  }

  /**
   * The chunk after `state`, with its memory set aside; or how the object ended. At once when it is there at once.
   * `refetch`: past what is shared. Fails with `producer_failed`, or with the signal's reason.
   */
  next(state: State | undefined, refetch: boolean): MaybePromise<Fetched> {
    const { context, ref, receiverId, drained } = this.#setup;
    const fetch = (): MaybePromise<Fetched> =>
      andThen(this.#fetch(state, refetch), (fetched) => this.#checked(fetched));
    return context.budget.mustYield(receiverId, ref.object.maxChunkBytes) ? drained().then(fetch) : fetch();
  }

  #fetch(state: State | undefined, refetch: boolean): MaybePromise<Fetched> {
    return this.#isShared(state, refetch) ? this.#shared(state) : this.#alone(state, refetch);
  }

  // A transport that takes memory away gets a chunk that nobody else is about to want as it is, without a copy.
  // Others begin at the beginning: for what a lone one wants after it, nobody is about to come.
  #isShared(state: State | undefined, refetch: boolean): boolean {
    const { context, ref, followers, isLone, isOnly } = this.#setup;
    if (isOnly || refetch || ref.object.sharesChunks === false) return false;
    if (state !== undefined && isLone() && !ref.chunks.hasOffers) return false;
    return !context.capabilities.detachesBodies || followers() > 0;
  }

  // Memory is waited for before the others are made to wait: one that is slow to give back holds nobody up.
  #shared(state: State | undefined): MaybePromise<Fetched> {
    const { ref } = this.#setup;
    const position = this.#position(state);
    if (ref.chunks.knows(position)) return this.#found(position, state);
    return andThen(this.#setup.closeUp(), () => this.#foundOrMade(position, state));
  }

  #foundOrMade(position: string, state: State | undefined): MaybePromise<Fetched> {
    const { ref } = this.#setup;
    return andThen(this.#reserve(), (reservation) => {
      if (!ref.chunks.knows(position)) return this.#load(position, state, reservation);
      reservation.release();
      return this.#found(position, state);
    });
  }

  /** The chunk that was here or in the making; or, should nothing have come of that, one of our own. */
  #found(position: string, state: State | undefined): MaybePromise<Fetched> {
    const { ref, signal, waiting } = this.#setup;
    const found = ref.chunks.take(position) ?? waiting(ref.chunks.find(position, signal));
    return andThen(found, (held) => held ?? this.#shared(state));
  }

  #load(position: string, state: State | undefined, reservation: Reservation): MaybePromise<Fetched> {
    const { ref, followers } = this.#setup;
    return ref.chunks.load(position, followers(), () => this.#make(state, false, reservation));
  }

  #alone(state: State | undefined, refetch: boolean): MaybePromise<Fetched> {
    return andThen(this.#reserve(), (reservation) =>
      andThen(this.#make(state, refetch, reservation), (loaded) => this.#ownChunk(loaded)),
    );
  }

  #ownChunk({ produced, checksum, reservation }: Loaded): Fetched {
    if (produced.status !== 'ok') {
      reservation.release();
      return produced;
    }
    const release = once(() => {
      reservation.release();
      this.#setup.ref.recycle(produced);
    });
    return { chunk: produced, checksum, owned: produced.owned, release };
  }

  #reserve(): MaybePromise<Reservation> {
    return this.#setup.context.budget.tryReserve(this.#setup.ref.object.maxChunkBytes) ?? this.#reserveLater();
  }

  // Who waits for a reservation holds nothing unsent of its own pull (rule M1).
  async #reserveLater(): Promise<Reservation> {
    const { context, ref, receiverId, signal, drained, waiting } = this.#setup;
    await drained();
    return waiting(context.budget.reserve(ref.object.maxChunkBytes, signal, { receiverId }));
  }

  #make(state: State | undefined, refetch: boolean, reservation: Reservation): MaybePromise<Loaded> {
    try {
      const produced = this.#produce(state, refetch);
      if (!isPromise(produced)) return this.#loaded(produced, reservation);
      return this.#setup
        .waiting(produced)
        .then((late) => this.#loaded(late, reservation))
        .catch((error: unknown) => this.#failed(error, reservation));
    } catch (error) {
      return this.#failed(error, reservation);
    }
  }

  // Until the call really ends it may hold what was reserved for it.
  #failed(thrown: unknown, reservation: Reservation): never {
    void this.#setup.source.drained().then(() => reservation.release());
    throw thrown;
  }

  #loaded(produced: CheckedProduced, reservation: Reservation): Loaded {
    if (produced.status !== 'ok') return { produced, checksum: noChecksum, reservation };
    reservation.shrink(produced.bytes);
    const checksum = this.#setup.context.hasher().checksum([...produced.segments, produced.stateBytes]);
    return { produced, checksum, reservation };
  }

  #produce(state: State | undefined, refetch: boolean): MaybePromise<CheckedProduced> {
    const { ref, source } = this.#setup;
    const { object } = ref;
    return source.call('produce', (own) => {
      this.#call = own;
      const context = refetch ? { ...this.#context, refetch, signal: own.signal } : this.#context;
      const produced = object.produce(state, context);
      if (isPromise(produced)) return produced.then((late) => checkProduced(late, object.maxChunkBytes));
      return checkProduced(produced, object.maxChunkBytes);
    });
  }

  #checked(fetched: Fetched): Fetched {
    if (!('chunk' in fetched)) return fetched;
    const { context, receiverId } = this.#setup;
    const { stateBytes } = fetched.chunk;
    const most = context.wire.limitsOf(receiverId).stateBytes;
    if (stateBytes.byteLength <= most) return fetched;
    fetched.release();
    const problem = `a state has ${stateBytes.byteLength} bytes; the receiver takes ${most}`;
    throw new DownloadError('producer_failed', `produce() failed: ${problem}`);
  }

  #position(state: State | undefined): string {
    const at = state === undefined ? '' : latin1.decode(packCanonical(state));
    return `${this.#setup.request?.id ?? ''} ${at}`;
  }
}

const noChecksum = new Uint8Array(0);
// Every byte is one character of its own.
const latin1 = new TextDecoder('latin1');
