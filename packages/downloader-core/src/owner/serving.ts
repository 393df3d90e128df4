import { busyIntervalMs, every } from '../base/clock.ts';
import type { Totals } from '../base/description.ts';
import type { State } from '../base/downloadable.ts';
import { asDownloadError, DownloadError } from '../base/errors.ts';
import { andThen, isPromise, type MaybePromise } from '../base/maybe-promise.ts';
import { childController } from '../base/signals.ts';
import { printable, reasonOf, shortRef } from '../base/text.ts';
import { ChunkDigest } from '../wire/chunk-digest.ts';
import { totalBytes } from '../base/copies.ts';
import type { Credit, Pull } from '../wire/messages.ts';
import { ChunkFeed } from './chunk-feed.ts';
import type { OwnerContext } from './context.ts';
import { checkTotals, describedSegments, isWhole } from './description.ts';
import { countServed, type LedgerEntry } from './ledger.ts';
import { Outbox } from './outbox.ts';
import type { CheckedChunk, CheckedProduced } from './produced.ts';
import type { RequestHeld } from './request-shelf.ts';
import type { ServedRef } from './served-ref.ts';
import type { HeldChunk } from './shared-chunks.ts';
import { PassedStates } from './passed-states.ts';
import { PullCredit } from './pull-credit.ts';
import { Source } from './source.ts';

/** A first chunk of so many bytes takes a while. The description goes out before, so that the receiver gets ready meanwhile. */
const leastToPrepareFor = 1024 * 1024;

/** What one pull asks for, checked. */
export interface PullOrder {
  readonly peerId: string;
  readonly pull: Pull;
  readonly state: State | undefined;
  readonly request: RequestHeld | undefined;
  /** The owner does not hold the request: a place for it is awaited, then it is asked for. */
  readonly requestMissing: boolean;
}

/** What a serving tells its transaction. */
export interface ServingHost {
  readonly ref: ServedRef;
  readonly produceTimeoutMs: number;
  readonly idleTimeoutMs: number;
  /** Nobody else is ever served. */
  readonly isOnlyReceiver: boolean;
  /** The pull begins or ends to wait for budget or `produce`. */
  waits(by: 1 | -1): void;
  progress(state: 'active' | 'retrying', reason?: string): void;
  /** The object is through, or the receiver failed. Returns the nonce to be confirmed, or nothing. */
  served(status: 'eof' | 'error', reason: string | undefined): string | undefined;
}

/** Serves one pull: the description, then chunks as long as credit lasts, then the end (rules S2–S11). */
export class Serving {
  readonly #context: OwnerContext;
  readonly #host: ServingHost;
  readonly #entry: LedgerEntry;
  readonly #order: PullOrder;
  readonly #controller = childController();
  readonly #source: Source;
  readonly #outbox: Outbox;
  readonly #feed: ChunkFeed;
  readonly #credit: PullCredit;
  readonly #passed: PassedStates;
  #sentBytes = 0;
  #heldBytes = 0;
  #sentItems: number | undefined;
  #isThrough = false;
  /** Settles when nothing of it runs or is read any more. Never rejects. */
  readonly done: Promise<void>;

  constructor(context: OwnerContext, host: ServingHost, entry: LedgerEntry, order: PullOrder) {
    this.#context = context;
    this.#host = host;
    this.#entry = entry;
    this.#order = order;
    this.#credit = new PullCredit(order.pull.credit);
    this.#passed = new PassedStates(host.ref.object.passed && ((state) => this.#tellPassed(state)));
    this.#sentItems = order.pull.consumed.items;
    const { ref, produceTimeoutMs } = host;
    const { peerId, pull, request } = order;
    const { signal } = this.#controller;
    this.#source = new Source({ clock: context.clock, object: ref.object, produceTimeoutMs, signal });
    this.#outbox = new Outbox({ context, entry, peerId, pull, signal, onFailed: () => this.stop() });
    this.#feed = new ChunkFeed({
      context,
      ref,
      receiverId: peerId,
      request,
      source: this.#source,
      signal,
      drained: () => this.#outbox.drained(),
      followers: () => ref.convoy.followersOf(this),
      closeUp: () => ref.convoy.closeUp(this, signal),
      isLone: () => ref.servings.size <= 1,
      isOnly: host.isOnlyReceiver,
      waiting: (work) => this.#waiting(work),
    });
    // Whoever made it knows it before any code of the application runs.
    this.done = Promise.resolve().then(() => this.#run());
  }

  get pullNo(): number {
    return this.#order.pull.pullNo;
  }

  /** Whether all of it was handed to the transport, the end included. */
  get isThrough(): boolean {
    return this.#isThrough;
  }

  get receiverId(): string {
    return this.#order.peerId;
  }

  /** Bytes of chunks that the transport has not taken yet. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** How many bytes the receiver has, or gets with what was sent. */
  get position(): number {
    return this.#order.pull.consumed.bytes + this.#sentBytes;
  }

  /** Which request it serves: pulls of one object with the same id get the same bytes. */
  get requestId(): number | undefined {
    return this.#order.request?.id;
  }

  /** Takes more credit; the highest wins, so that loss and repeats do no harm (rule S9). */
  grant(credit: Credit, consumedSeq: number): void {
    this.#credit.grant(credit);
    this.#passed.consumed(consumedSeq);
  }

  /** Ends it: what runs is signalled, nothing more of it is sent but, when there is one, the refusal. */
  stop(code?: string, reason?: string): void {
    if (this.#controller.signal.aborted) return;
    this.#controller.abort(new DownloadError('aborted', 'the pull has ended'));
    if (code !== undefined) this.#outbox.refuse(code, reason);
  }

  async #run(): Promise<void> {
    try {
      this.#controller.signal.throwIfAborted();
      if (this.#order.requestMissing) await this.#awaitRequestPlace();
      else {
        const { describe } = this.#order.pull;
        const describing = describe && this.#describe(describe);
        if (isPromise(describing)) await describing;
        this.#passed.reached(this.#order.state);
        await this.#stream();
      }
    } catch (error) {
      this.#failed(error);
    }
    if (!this.#source.isIdle) await this.#source.drained();
    await this.#outbox.drained();
    this.#host.ref.moved(this);
  }

  #failed(thrown: unknown): void {
    if (this.#controller.signal.aborted) return;
    const { code, message, cause } = asDownloadError(thrown, 'producer_failed');
    const { pull, peerId } = this.#order;
    const detail = cause === undefined ? message : `${message}: ${reasonOf(cause)}`;
    this.#context.logger.warn(`could not serve ref ${shortRef(pull.refId)} to ${printable(peerId)}: ${detail}`, {
      code,
      error: thrown,
    });
    if (code === 'producer_failed') this.#host.progress('retrying', code);
    this.stop(code, message);
  }

  async #awaitRequestPlace(): Promise<void> {
    const { pull, peerId } = this.#order;
    const of = { refId: pull.refId, receiverId: peerId };
    await this.#waiting(this.#context.requests.place(of, pull.request?.bytes ?? 0, this.#controller.signal));
    this.stop('request_unknown', 'send the request again');
  }

  #describe({ maxBytes, totalsOnly = false }: NonNullable<Pull['describe']>): MaybePromise<void> {
    const { requests } = this.#context;
    const described = this.#source.call('describe', () => this.#described(totalsOnly));
    return andThen(isPromise(described) ? this.#waiting(described) : described, ({ totals, segments }) => {
      const bytes = totalBytes(segments);
      if (bytes > maxBytes)
        throw new DownloadError('limit_exceeded', `the description has ${bytes} bytes; the receiver takes ${maxBytes}`);
      const { signal } = this.#controller;
      const reserved = bytes > 0 && (requests.tryReserve(bytes) ?? this.#waiting(requests.reserve(bytes, signal)));
      return andThen(reserved, (held) => {
        const details = { ...totals, idleTimeoutMs: this.#host.idleTimeoutMs };
        this.#outbox.sendDescription(segments, details, () => held && held.release());
        const firstBytes = Math.min(totals.totalBytes ?? Infinity, this.#host.ref.object.maxChunkBytes);
        return firstBytes >= leastToPrepareFor ? this.#outbox.drained() : undefined;
      });
    });
  }

  #described(totalsOnly: boolean): MaybePromise<{ totals: Totals; segments: readonly Uint8Array[] }> {
    return andThen(this.#host.ref.describe(), (description) => {
      const whole = checkTotals(description);
      return andThen(this.#totals(whole), (totals) => {
        this.#entry.bytesTotal = totals.totalBytes;
        this.#entry.itemsTotal = totals.totalItems;
        this.#entry.selected = this.#order.request !== undefined && !isWhole(totals, whole);
        return { totals, segments: totalsOnly ? [] : describedSegments(description) };
      });
    });
  }

  #totals(whole: Totals): MaybePromise<Totals> {
    const { request } = this.#order;
    const { object } = this.#host.ref;
    return request && object.totals ? andThen(object.totals(request.value), checkTotals) : whole;
  }

  async #stream(): Promise<void> {
    const digest = new ChunkDigest(this.#context.hasher());
    const { signal } = this.#controller;
    // What is there at once follows at once: no turn of the event loop for each of many small chunks.
    for (let { state } = this.#order; ;) {
      if (!this.#credit.covers(digest.chunks + 1, this.#sentBytes))
        await this.#credit.reaches(digest.chunks + 1, this.#sentBytes, signal);
      if (!this.#outbox.hasRoom) await this.#outbox.room();
      // What arrived damaged is the first chunk of the pull that asks again.
      const next = this.#feed.next(state, digest.chunks === 0 && this.#order.pull.refetch === true);
      const fetched = isPromise(next) ? await next : next;
      if (!('chunk' in fetched)) return this.#end(fetched, digest);
      this.#send(fetched, digest);
      state = fetched.chunk.state;
    }
  }

  #send(held: HeldChunk, digest: ChunkDigest): void {
    const { chunk } = held;
    if (this.#controller.signal.aborted) return held.release();
    this.#sentBytes += chunk.bytes;
    this.#host.ref.moved(this);
    if (chunk.items !== undefined) this.#sentItems = (this.#sentItems ?? 0) + chunk.items;
    this.#passed.sent(chunk.state);
    this.#entry.hasChunks = true;
    countServed(this.#entry, { bytes: this.position, items: this.#sentItems });
    this.#outbox.sendChunk(held, digest, this.#watched(held));
    this.#host.progress('active');
  }

  /** Until the transport has taken it a chunk counts as held, and may be taken back. */
  #watched({ chunk, release }: HeldChunk): () => void {
    const { budget, stalls } = this.#context;
    const { peerId } = this.#order;
    const send = stalls.begin(peerId, this.#takeBack);
    budget.hold(peerId, chunk.bytes);
    this.#heldBytes += chunk.bytes;
    return () => {
      this.#heldBytes -= chunk.bytes;
      stalls.taken(send);
      release();
      budget.letGo(peerId, chunk.bytes);
    };
  }

  readonly #takeBack = (): void => {
    this.#host.progress('retrying', 'stalled');
    this.stop('stalled', 'what was sent was not taken while others waited for the memory');
  };

  #end(produced: Exclude<CheckedProduced, CheckedChunk>, digest: ChunkDigest): void {
    const problem =
      produced.status === 'error' ? { code: produced.code ?? 'source_error', reason: produced.reason } : undefined;
    this.#isThrough = true;
    const nonce = this.#host.served(produced.status, problem?.code);
    this.#outbox.sendEnd(digest, { status: produced.status, nonce, ...problem });
  }

  /** Runs `work` as a pull that waits: that is activity, and the receiver hears that we are busy (rules S13, S14). */
  async #waiting<T>(work: Promise<T>): Promise<T> {
    const { clock, wire } = this.#context;
    const { downloadId, refId, requestTimeoutMs } = this.#order.pull;
    this.#host.waits(1);
    const stopBusy = every(clock, busyIntervalMs(requestTimeoutMs), () =>
      wire.post(this.receiverId, { kind: 'busy', downloadId, refId }),
    );
    try {
      return await work;
    } finally {
      stopBusy();
      this.#host.waits(-1);
    }
  }

  #tellPassed(state: State): void {
    const { object } = this.#host.ref;
    void this.#context.callbacks.run('passed()', () => object.passed?.(this.#order.peerId, state));
  }
}
