import { busyIntervalMs, every } from '../base/clock.ts';
import { deferred, type Deferred } from '../base/deferred.ts';
import type { Description, Totals } from '../base/description.ts';
import type { Downloadable, State } from '../base/downloadable.ts';
import { asDownloadError, DownloadError } from '../base/errors.ts';
import { childController, orAborted } from '../base/signals.ts';
import { printable, reasonOf, shortRef } from '../base/text.ts';
import { ChunkDigest } from '../wire/chunk-digest.ts';
import { totalBytes } from '../wire/copies.ts';
import type { Credit, Pull } from '../wire/messages.ts';
import type { Reservation } from './byte-budget.ts';
import type { OwnerContext } from './context.ts';
import { checkTotals, describedSegments } from './description.ts';
import { countServed, type LedgerEntry } from './ledger.ts';
import { Outbox } from './outbox.ts';
import { type CheckedChunk, type CheckedProduced, checkProduced } from './produced.ts';
import { Source } from './source.ts';

/** What one pull asks for, checked. */
export interface PullOrder {
  readonly peerId: string;
  readonly pull: Pull;
  readonly state: State | undefined;
  readonly request: { readonly value: unknown } | undefined;
  /** The owner does not hold the request: a place for it is awaited, then it is asked for. */
  readonly requestMissing: boolean;
}

/** What a serving tells its transaction. */
export interface ServingHost {
  readonly object: Downloadable;
  readonly produceTimeoutMs: number;
  readonly idleTimeoutMs: number;
  describe(): Promise<Description>;
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
  readonly #sentStates: State[] = [];
  #credit: Credit;
  #passedSeq = 0;
  #sentBytes = 0;
  #sentItems: number | undefined;
  #wake: Deferred<void> | undefined;
  #isThrough = false;
  /** Settles when nothing of it runs or is read any more. Never rejects. */
  readonly done: Promise<void>;

  constructor(context: OwnerContext, host: ServingHost, entry: LedgerEntry, order: PullOrder) {
    this.#context = context;
    this.#host = host;
    this.#entry = entry;
    this.#order = order;
    this.#credit = order.pull.credit;
    this.#sentItems = order.pull.consumed.items;
    const { object, produceTimeoutMs } = host;
    const { peerId, pull } = order;
    const { signal } = this.#controller;
    this.#source = new Source({ clock: context.clock, object, produceTimeoutMs, signal });
    this.#outbox = new Outbox({ context, entry, peerId, pull, signal, onFailed: () => this.stop() });
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

  /** Takes more credit; the highest wins, so that loss and repeats do no harm (rule S9). */
  grant(credit: Credit, consumedSeq: number): void {
    this.#credit = {
      upToSeq: Math.max(this.#credit.upToSeq, credit.upToSeq),
      upToBytes: Math.max(this.#credit.upToBytes, credit.upToBytes),
    };
    this.#passTo(consumedSeq);
    this.#wake?.resolve();
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
        await this.#describe();
        this.#pass(this.#order.state);
        await this.#stream();
      }
    } catch (error) {
      this.#failed(error);
    }
    await Promise.all([this.#source.drained(), this.#outbox.drained()]);
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

  async #describe(): Promise<void> {
    const { pull } = this.#order;
    if (!pull.describe) return;
    const { totals, segments } = await this.#waiting(this.#described(pull.describe.totalsOnly === true));
    const bytes = totalBytes(segments);
    if (bytes > pull.describe.maxBytes) {
      throw new DownloadError(
        'limit_exceeded',
        `the description has ${bytes} bytes; the receiver takes ${pull.describe.maxBytes}`,
      );
    }
    const { requests } = this.#context;
    const held = bytes > 0 ? await this.#waiting(requests.reserve(bytes, this.#controller.signal)) : undefined;
    const { idleTimeoutMs } = this.#host;
    this.#outbox.sendDescription(segments, { ...totals, idleTimeoutMs }, () => held?.release());
  }

  #described(totalsOnly: boolean): Promise<{ totals: Totals; segments: readonly Uint8Array[] }> {
    return this.#source.call('describe', async () => {
      const description = await this.#host.describe();
      const whole = checkTotals(description);
      const totals = await this.#totals(whole);
      this.#entry.bytesTotal = totals.totalBytes;
      this.#entry.itemsTotal = totals.totalItems;
      this.#entry.selected = this.#order.request !== undefined && !isWhole(totals, whole);
      return { totals, segments: totalsOnly ? [] : describedSegments(description) };
    });
  }

  async #totals(whole: Totals): Promise<Totals> {
    const { request } = this.#order;
    const { object } = this.#host;
    return request && object.totals ? checkTotals(await object.totals(request.value)) : whole;
  }

  async #stream(): Promise<void> {
    const digest = new ChunkDigest(this.#context.hasher());
    for (let { state } = this.#order; ;) {
      await this.#credited(digest.chunks + 1);
      await this.#outbox.room();
      const reservation = await this.#reserve();
      const produced = await this.#produce(state, reservation, digest.chunks === 0);
      if (this.#controller.signal.aborted) return reservation.release();
      if (produced.status !== 'ok') {
        reservation.release();
        return this.#end(produced, digest);
      }
      reservation.shrink(produced.bytes);
      this.#send(produced, digest, reservation);
      state = produced.state;
    }
  }

  async #credited(seq: number): Promise<void> {
    while (seq > this.#credit.upToSeq || this.#sentBytes >= this.#credit.upToBytes) {
      this.#wake = deferred();
      await orAborted(this.#wake.promise, this.#controller.signal);
    }
  }

  // Who waits for a reservation holds nothing unsent of its own pull (rule M1).
  async #reserve(): Promise<Reservation> {
    const { budget } = this.#context;
    const { maxChunkBytes } = this.#host.object;
    const now = budget.tryReserve(maxChunkBytes);
    if (now) return now;
    await this.#outbox.drained();
    return this.#waiting(budget.reserve(maxChunkBytes, this.#controller.signal));
  }

  async #produce(state: State | undefined, reservation: Reservation, isFirst: boolean): Promise<CheckedProduced> {
    const { object } = this.#host;
    const { request, peerId, pull } = this.#order;
    // What arrived damaged is the first chunk of the pull that asks again.
    const refetch = isFirst && pull.refetch === true ? { refetch: true } : {};
    const { stateBytes } = this.#context.wire.limitsOf(peerId);
    try {
      const producing = this.#source.call('produce', async (signal) => {
        const context = { request: request?.value, receiverId: peerId, signal, ...refetch };
        return checkProduced(await object.produce(state, context), object.maxChunkBytes, stateBytes);
      });
      return await this.#waiting(producing);
    } catch (error) {
      // Until it really ends it may hold what was reserved for it.
      void this.#source.drained().then(() => reservation.release());
      throw error;
    }
  }

  #send(chunk: CheckedChunk, digest: ChunkDigest, reservation: Reservation): void {
    this.#sentBytes += chunk.bytes;
    if (chunk.items !== undefined) this.#sentItems = (this.#sentItems ?? 0) + chunk.items;
    if (this.#host.object.passed) this.#sentStates.push(chunk.state);
    const { consumed } = this.#order.pull;
    this.#entry.hasChunks = true;
    countServed(this.#entry, { bytes: consumed.bytes + this.#sentBytes, items: this.#sentItems });
    this.#outbox.sendChunk(chunk, digest, () => reservation.release());
    this.#host.progress('active');
  }

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
    const { peerId, pull } = this.#order;
    const { downloadId, refId } = pull;
    this.#host.waits(1);
    const stopBusy = every(clock, busyIntervalMs(pull.requestTimeoutMs), () =>
      wire.post(peerId, { kind: 'busy', downloadId, refId }),
    );
    try {
      return await work;
    } finally {
      stopBusy();
      this.#host.waits(-1);
    }
  }

  #passTo(consumedSeq: number): void {
    const count = Math.min(consumedSeq - this.#passedSeq, this.#sentStates.length);
    if (count <= 0) return;
    this.#passedSeq += count;
    this.#pass(this.#sentStates.splice(0, count).at(-1));
  }

  #pass(state: State | undefined): void {
    const { object } = this.#host;
    if (state === undefined || !object.passed) return;
    void this.#context.callbacks.run('passed()', () => object.passed?.(this.#order.peerId, state));
  }
}

/** Whether a request has left the object as it was, as far as anybody knows. */
function isWhole(totals: Totals, whole: Totals): boolean {
  const { totalBytes: bytes, totalItems: items } = totals;
  return bytes !== undefined && bytes === whole.totalBytes && items === whole.totalItems;
}
