import type { State } from '../base/downloadable.ts';
import { DownloadError } from '../base/errors.ts';
import { packCanonical } from '../wire/pack.ts';
import type { OwnerContext } from './context.ts';
import type { Reservation } from './byte-budget.ts';
import { type CheckedProduced, checkProduced } from './produced.ts';
import type { RequestHeld } from './request-shelf.ts';
import type { ServedRef } from './served-ref.ts';
import { type Fetched, type HeldChunk, type Loaded, once } from './shared-chunks.ts';
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
  /** Whether nobody else pulls the object now. */
  readonly isLone: () => boolean;
  /** Runs work as a pull that waits. */
  readonly waiting: <T>(work: Promise<T>) => Promise<T>;
}

/** Where the chunks of one pull come from: made for it alone, or shared with others that want the same (rules M1, M2). */
export class ChunkFeed {
  readonly #setup: ChunkFeedSetup;

  constructor(setup: ChunkFeedSetup) {
    this.#setup = setup;
  }

  /**
   * The chunk after `state`, with its memory set aside; or how the object ended. `refetch`: past what is shared.
   * Rejects with `producer_failed`, or with the signal's reason.
   */
  async next(state: State | undefined, refetch: boolean): Promise<Fetched> {
    const { context, ref, receiverId, drained } = this.#setup;
    if (context.budget.mustYield(receiverId, ref.object.maxChunkBytes)) await drained();
    const fetched = await (this.#isShared(state, refetch) ? this.#shared(state) : this.#alone(state, refetch));
    if ('chunk' in fetched) this.#checkState(fetched);
    return fetched;
  }

  // A transport that takes memory away gets a chunk that nobody else is about to want as it is, without a copy.
  // Others begin at the beginning: for what a lone one wants after it, nobody is about to come.
  #isShared(state: State | undefined, refetch: boolean): boolean {
    const { context, ref, followers, isLone } = this.#setup;
    if (ref.object.sharesChunks === false || refetch) return false;
    if (state !== undefined && isLone() && ref.chunks.isEmpty) return false;
    return !context.capabilities.detachesBodies || followers() > 0;
  }

  // Memory is waited for before the others are made to wait: one that is slow to give back holds nobody up.
  async #shared(state: State | undefined): Promise<Fetched> {
    const { ref, signal, followers, waiting } = this.#setup;
    const position = this.#position(state);
    for (;;) {
      const found = ref.chunks.knows(position) && (await waiting(ref.chunks.find(position, signal)));
      if (found) return found;
      const reservation = await this.#reserve();
      const make = (): Promise<Loaded> => this.#make(state, false, reservation);
      if (!ref.chunks.knows(position)) return ref.chunks.load(position, followers(), make);
      reservation.release();
    }
  }

  async #alone(state: State | undefined, refetch: boolean): Promise<Fetched> {
    const { produced, checksum, reservation } = await this.#make(state, refetch, await this.#reserve());
    if (produced.status === 'ok') {
      const release = once(() => {
        reservation.release();
        this.#setup.ref.recycle(produced);
      });
      return { chunk: produced, checksum, owned: produced.owned, release };
    }
    reservation.release();
    return produced;
  }

  // Who waits for a reservation holds nothing unsent of its own pull (rule M1).
  async #reserve(): Promise<Reservation> {
    const { context, ref, receiverId, signal, drained, waiting } = this.#setup;
    const { maxChunkBytes } = ref.object;
    const now = context.budget.tryReserve(maxChunkBytes);
    if (now) return now;
    await drained();
    return waiting(context.budget.reserve(maxChunkBytes, signal, { receiverId }));
  }

  async #make(state: State | undefined, refetch: boolean, reservation: Reservation): Promise<Loaded> {
    const { context, source, waiting } = this.#setup;
    try {
      const produced = await waiting(this.#produce(state, refetch));
      if (produced.status !== 'ok') return { produced, checksum: noChecksum, reservation };
      reservation.shrink(produced.bytes);
      const checksum = context.hasher().checksum([...produced.segments, produced.stateBytes]);
      return { produced, checksum, reservation };
    } catch (error) {
      // Until it really ends it may hold what was reserved for it.
      void source.drained().then(() => reservation.release());
      throw error;
    }
  }

  #produce(state: State | undefined, refetch: boolean): Promise<CheckedProduced> {
    const { ref, receiverId, request, source } = this.#setup;
    const { object } = ref;
    return source.call('produce', async (signal) => {
      const context = { request: request?.value, receiverId, signal, ...(refetch ? { refetch } : {}) };
      return checkProduced(await object.produce(state, context), object.maxChunkBytes);
    });
  }

  #checkState({ chunk: { stateBytes }, release }: HeldChunk): void {
    const { context, receiverId } = this.#setup;
    const most = context.wire.limitsOf(receiverId).stateBytes;
    if (stateBytes.byteLength <= most) return;
    release();
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
