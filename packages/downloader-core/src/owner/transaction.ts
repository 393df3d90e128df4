import { deferred } from '../base/deferred.ts';
import { type Downloadable, isDownloadable, type TransactionEnd, type TransactionInfo } from '../base/downloadable.ts';
import { DownloadError } from '../base/errors.ts';
import { takesEvent, countFields, type ProgressState } from '../base/progress.ts';
import type { Ref } from '../base/ref.ts';
import { printable } from '../base/text.ts';
import type { PeerLink } from '../base/transport.ts';
import type { OwnerContext } from './context.ts';
import { type DeadlineView, exhaustedReceivers, isTimedOut, nextDeadlineMs } from './deadlines.ts';
import { beginPull, type ConfirmedServe, type FinalStatus, judgeConfirm, type LedgerEntry } from './ledger.ts';
import { givenId, type TransactionOptions, type TransactionPlan } from './options.ts';
import type { Outcome } from './outcome.ts';
import { emptySeats, expectedReceivers, newRoster, type Receiver, type Roster, seat } from './roster.ts';
import { requestKey } from './request-shelf.ts';
import { type PullOrder, Serving } from './serving.ts';
import { ServedRef } from './served-ref.ts';
import { settle } from './settlement.ts';

/** Objects that live and end together (section T of the contract). */
export interface Transaction extends AsyncDisposable {
  readonly transactionId: string;
  /** The verdict; always resolves, never rejects (rule O4). */
  readonly outcome: Promise<Outcome>;
  /** The refs of the objects, in the order of adding. */
  readonly refs: readonly Ref[];
  /** Identities that hold a seat now, in the order in which they came. */
  seats(): readonly string[];
  /**
   * Adds an object and returns its ref. Throws `not_downloadable`, `transaction_ended`, `transaction_sealed`,
   * `ref_exists`, `invalid_argument`, or what the object's `setTransaction` throws; nothing was added then.
   */
  addObject(object: Downloadable, options?: { readonly refId?: string }): Ref;
  /** No more objects: seals the transaction, which can finish from now on, and gives its outcome. */
  complete(): Promise<Outcome>;
  /** Ends it now as `deleted`. What was confirmed before stays a success. */
  delete(): Promise<Outcome>;
}

/** What a transaction needs of the owner's tables. */
export interface TransactionTables {
  /** Makes a ref id live; throws `ref_exists`. */
  link(ref: ServedRef, transaction: OwnedTransaction): void;
  /** Takes a ref that could not be added back. */
  unlink(ref: ServedRef): void;
  /** Takes the transaction and its refs out of service, in one step; leaves tombstones when it finished. */
  retire(transaction: OwnedTransaction, end: TransactionEnd): void;
  /** Keeps the outcome. */
  archive(outcome: Outcome): void;
}

/** A transaction as the owner's side sees it. */
export class OwnedTransaction implements Transaction {
  readonly transactionId: string;
  readonly plan: TransactionPlan;
  readonly options: TransactionOptions;
  readonly context: OwnerContext;
  readonly tables: TransactionTables;
  readonly roster: Roster;
  readonly served: ServedRef[] = [];
  /** Set when the outcome is made: nothing changes it any more. */
  outcomeFixed: boolean = false;
  /** Pulls that have not drained yet, open or ended. */
  readonly draining: Set<Serving> = new Set();
  readonly openedMs: number;
  readonly #outcome = deferred<Outcome>();
  #sealed = false;
  #ended: TransactionEnd | undefined;
  #lastActivityMs: number;
  #firstObjectMs: number | undefined;
  #waiting = 0;
  #timerAtMs = Infinity;
  #cancelTimer: () => void = () => {};

  constructor(
    context: OwnerContext,
    tables: TransactionTables,
    transactionId: string,
    plan: TransactionPlan,
    options: TransactionOptions,
  ) {
    this.context = context;
    this.tables = tables;
    this.transactionId = transactionId;
    this.plan = plan;
    this.options = options;
    this.openedMs = context.clock.now();
    this.#lastActivityMs = this.openedMs;
    this.roster = newRoster(plan, this.openedMs);
    this.#schedule();
  }

  get outcome(): Promise<Outcome> {
    return this.#outcome.promise;
  }

  get refs(): readonly Ref[] {
    return this.served.map((ref) => this.#refOf(ref));
  }

  get sealed(): boolean {
    return this.#sealed;
  }

  /** How it ended; `undefined` while it serves. */
  get ended(): TransactionEnd | undefined {
    return this.#ended;
  }

  /** Whether it still serves. */
  get live(): boolean {
    return this.#ended === undefined;
  }

  seats(): readonly string[] {
    const isOpen = this.plan.receiverCount === undefined;
    return [...this.roster.receivers.values()]
      .filter(({ pulled, expected }) => pulled && (expected || isOpen))
      .map(({ id }) => id);
  }

  addObject(object: Downloadable, options: { readonly refId?: string } = {}): Ref {
    if (!isDownloadable(object)) {
      throw new DownloadError('not_downloadable', 'what was added does not implement Downloadable', { side: 'local' });
    }
    const given = givenId('refId', options.refId);
    this.#checkOpen();
    const ref = new ServedRef(given ?? `R${this.context.random.uuid()}`, object);
    this.tables.link(ref, this);
    this.served.push(ref);
    try {
      object.setTransaction?.(this.#info(), ref.refId);
    } catch (error) {
      this.served.splice(this.served.indexOf(ref), 1);
      this.tables.unlink(ref);
      throw error;
    }
    this.#admitLate(ref);
    return this.#refOf(ref);
  }

  complete(): Promise<Outcome> {
    this.#sealed = true;
    this.judge();
    return this.outcome;
  }

  delete(): Promise<Outcome> {
    this.end('deleted');
    return this.outcome;
  }

  /** Deletes unless it was completed before: an error in the block must not leave it waiting for its timeout (rule E6). */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#sealed) this.end('deleted');
    await this.outcome;
  }

  /** Serves a pull that was admitted and judged. */
  serve(ref: ServedRef, link: PeerLink, as: 'known' | 'expected' | 'other', order: PullOrder): void {
    const receiver = seat(this.roster, link, as, this.context.clock.now());
    const { downloadId, pullNo, refId } = order.pull;
    const entry = ref.entryOf(receiver.id);
    const isNew = entry.downloadId !== downloadId;
    ref.servings.get(receiver.id)?.stop(isNew ? 'replaced' : undefined, 'a newer download of the same receiver began');
    if (isNew) this.context.requests.release(requestKey(refId, entry));
    beginPull(entry, downloadId, pullNo);
    if (!receiver.pulled) this.#came(receiver);
    entry.resumedBytes ??= order.pull.consumed.bytes > 0 && pullNo === 1 ? order.pull.consumed.bytes : undefined;
    this.active(receiver);
    this.emit(ref, entry, 'active');
    this.#begin(ref, receiver, entry, order);
  }

  /** Notes an accepted message of a receiver about a live ref (rule S13). */
  active(receiver: Receiver): void {
    const nowMs = this.context.clock.now();
    receiver.silentSinceMs = nowMs;
    this.#lastActivityMs = nowMs;
  }

  /** Takes a confirmation; says whether it is, or was already, recorded (rules D2–D4). */
  confirm(
    ref: ServedRef,
    receiverId: string,
    confirm: ConfirmedServe & { readonly reason: string | undefined },
  ): boolean {
    const entry = ref.entries.get(receiverId);
    const verdict = entry ? judgeConfirm(entry, confirm) : 'stale';
    if (verdict === 'record' && this.outcomeFixed) return false;
    if (entry && verdict === 'record') {
      const { status, downloadId, nonce } = confirm;
      this.record(ref, entry, {
        status,
        downloadId,
        nonce,
        reason: status === 'failed' ? (confirm.reason ?? 'consumer_failed') : undefined,
      });
    }
    return verdict !== 'stale';
  }

  /** Makes a receiver final on a ref, tells whoever has to know, and finishes the transaction when it was the last. */
  record(ref: ServedRef, entry: LedgerEntry, final: FinalStatus): void {
    entry.final = final;
    entry.pending = undefined;
    const receiver = this.roster.receivers.get(entry.receiverId);
    if (receiver) receiver.finalRefs += 1;
    this.context.requests.release(requestKey(ref.refId, entry));
    const isLast = !ref.toldAll && this.#isThrough(ref);
    ref.toldAll ||= isLast;
    const { callbacks } = this.context;
    void callbacks.run('downloadedToOne()', () => ref.object.downloadedToOne?.(entry.receiverId, final.status));
    if (isLast) void callbacks.run('downloadedToAll()', () => ref.object.downloadedToAll?.());
    if (entry.started) this.emit(ref, entry, final.status === 'success' ? 'completed' : 'failed', final.reason);
    if (this.#isFinished()) this.end('finished');
  }

  /** Fails a receiver on a ref and refuses its open pull, for a reason of our own or by its final cancel. */
  fail(ref: ServedRef, entry: LedgerEntry, reason: string, refuse?: string): void {
    if (entry.final) return;
    ref.servings.get(entry.receiverId)?.stop(refuse, `recorded as failed: ${reason}`);
    ref.servings.delete(entry.receiverId);
    this.record(ref, entry, { status: 'failed', reason, downloadId: entry.downloadId, nonce: entry.pending?.nonce });
  }

  /** Emits a progress event when it is due (rules P1, P2). */
  emit(ref: ServedRef, entry: LedgerEntry, state: ProgressState, reason?: string): void {
    const { onProgress } = this.options;
    const { clock, callbacks } = this.context;
    if (!takesEvent(entry.progress, state, entry, clock.now(), this.plan.progressIntervalMs) || !onProgress) return;
    const event = {
      transactionId: this.transactionId,
      refId: ref.refId,
      receiverId: entry.receiverId,
      sequence: entry.progress.sequence,
      ...countFields(entry),
      timestampMs: clock.wallNow(),
      state,
      ...(reason === undefined ? {} : { reason }),
    };
    void callbacks.run('onProgress', () => onProgress(event));
  }

  /** Judges this instant in the order of rule D10, messages having been taken before. */
  judge(): void {
    if (!this.live) return;
    const nowMs = this.context.clock.now();
    if (this.#isFinished()) return this.end('finished');
    const view = this.#deadlines();
    if (isTimedOut(view, nowMs)) return this.end('timeout');
    for (const { receiverId, reason } of exhaustedReceivers(view, nowMs)) this.#exhaust(receiverId, reason);
    if (this.#isFinished()) this.end('finished');
  }

  /** Ends it, once: whoever comes first wins (rule E1). */
  end(end: TransactionEnd): void {
    if (!this.live) return;
    this.#ended = end;
    this.#cancelTimer();
    this.tables.retire(this, end);
    const code = end === 'finished' ? 'superseded' : end;
    for (const ref of this.served) {
      for (const serving of ref.servings.values()) serving.stop(code, `the transaction has ended: ${end}`);
      ref.servings.clear();
    }
    void settle(this, end).then((outcome) => {
      this.tables.archive(outcome);
      this.#outcome.resolve(outcome);
    });
  }

  #begin(ref: ServedRef, receiver: Receiver, entry: LedgerEntry, order: PullOrder): void {
    const serving: Serving = new Serving(
      this.context,
      {
        object: ref.object,
        produceTimeoutMs: this.plan.produceTimeoutMs,
        idleTimeoutMs: this.plan.idleTimeoutMs,
        describe: () => ref.describe(),
        waits: (by) => this.#waits(receiver, by),
        progress: (state, reason) => this.emit(ref, entry, state, reason),
        served: (status, code) => this.#through(ref, entry, status, code),
      },
      entry,
      order,
    );
    ref.servings.set(receiver.id, serving);
    this.draining.add(serving);
    void serving.done.then(() => {
      this.draining.delete(serving);
      if (ref.servings.get(receiver.id) === serving) ref.servings.delete(receiver.id);
    });
  }

  #through(ref: ServedRef, entry: LedgerEntry, status: 'eof' | 'error', code: string | undefined): string | undefined {
    ref.servings.delete(entry.receiverId);
    if (entry.final) return undefined;
    if (status === 'error') {
      const reason = code ?? 'source_error';
      this.record(ref, entry, { status: 'failed', reason, downloadId: entry.downloadId, nonce: undefined });
      return undefined;
    }
    const nonce = this.context.random.uuid();
    entry.pending = { nonce, downloadId: entry.downloadId as string };
    return nonce;
  }

  #waits(receiver: Receiver, by: 1 | -1): void {
    receiver.waiting += by;
    this.#waiting += by;
    if (by < 0) this.active(receiver);
  }

  #exhaust(receiverId: string | undefined, reason: 'never_came' | 'idle'): void {
    const { logger } = this.context;
    if (receiverId === undefined) {
      this.roster.closedSeats += emptySeats(this.roster);
      logger.warn(`transaction ${printable(this.transactionId)}: seats that nobody took were closed`, { reason });
      return;
    }
    logger.warn(`transaction ${printable(this.transactionId)}: receiver ${printable(receiverId)} failed`, { reason });
    const receiver = this.roster.receivers.get(receiverId);
    if (receiver && reason === 'never_came') receiver.failedReason = reason;
    for (const ref of this.served) {
      const entry = ref.entryOf(receiverId);
      this.fail(ref, entry, entry.pending ? 'unconfirmed' : reason, 'already_failed');
    }
  }

  // Whoever was failed for the whole transaction is failed on what is added later, too; the others get something to
  // pull, and their silence counts from here.
  #admitLate(ref: ServedRef): void {
    const nowMs = this.context.clock.now();
    this.#firstObjectMs ??= nowMs;
    for (const receiver of this.roster.receivers.values()) {
      if (receiver.failedReason !== undefined) this.fail(ref, ref.entryOf(receiver.id), receiver.failedReason);
      else if (receiver.finalRefs === this.served.length - 1) receiver.silentSinceMs = nowMs;
    }
    this.#scheduleEarlier();
  }

  #came(receiver: Receiver): void {
    receiver.pulled = true;
    this.active(receiver);
    this.#scheduleEarlier();
  }

  #isThrough(ref: ServedRef): boolean {
    const { receiverCount } = this.plan;
    if (receiverCount === undefined || emptySeats(this.roster) > 0) return false;
    return expectedReceivers(this.roster).every((receiver) => ref.entries.get(receiver.id)?.final !== undefined);
  }

  #isFinished(): boolean {
    if (!this.#sealed || this.served.length === 0 || this.plan.receiverCount === undefined) return false;
    if (emptySeats(this.roster) > 0) return false;
    return expectedReceivers(this.roster).every(({ finalRefs }) => finalRefs === this.served.length);
  }

  #deadlines(): DeadlineView {
    const { timeoutMs, deadlineMs, acquireTimeoutMs, idleTimeoutMs } = this.plan;
    return {
      openedMs: this.openedMs,
      lastActivityMs: this.#lastActivityMs,
      firstObjectMs: this.#firstObjectMs,
      timeoutMs,
      deadlineMs,
      acquireTimeoutMs,
      idleTimeoutMs,
      open: [...this.roster.receivers.values()].filter(({ finalRefs }) => finalRefs < this.served.length),
      waiting: this.#waiting > 0,
      emptySeats: emptySeats(this.roster),
    };
  }

  // Activity only moves limits on, so the timer stays as it is; what begins anew can come before it.
  #scheduleEarlier(): void {
    if (this.live && nextDeadlineMs(this.#deadlines(), this.context.clock.now()) < this.#timerAtMs) this.#schedule();
  }

  #schedule(): void {
    const { clock } = this.context;
    const nowMs = clock.now();
    this.#cancelTimer();
    this.#timerAtMs = nextDeadlineMs(this.#deadlines(), nowMs);
    // Strictly later than the limit, and never in a tight row.
    this.#cancelTimer = clock.setTimer(Math.max(this.#timerAtMs - nowMs, 0) + 1, () => {
      this.judge();
      if (this.live) this.#schedule();
    });
  }

  #checkOpen(): void {
    const name = printable(this.transactionId);
    if (!this.live)
      throw new DownloadError('transaction_ended', `transaction ${name} has ended (${this.#ended})`, { side: 'local' });
    if (this.#sealed)
      throw new DownloadError('transaction_sealed', `transaction ${name} was sealed by complete()`, { side: 'local' });
  }

  #info(): TransactionInfo {
    const { receivers, receiverCount } = this.plan;
    return {
      transactionId: this.transactionId,
      ...(receivers === undefined ? {} : { receivers }),
      ...(receiverCount === undefined ? {} : { receiverCount }),
      seats: () => this.seats(),
    };
  }

  #refOf({ refId, object: { kind } }: ServedRef): Ref {
    const addresses = this.context.addresses();
    return {
      v: 1,
      owner: this.context.endpointId,
      refId,
      transactionId: this.transactionId,
      ...(kind === undefined ? {} : { kind }),
      ...(addresses === undefined ? {} : { addresses }),
    };
  }
}
