import { deferred } from '../base/deferred.ts';
import { type Downloadable, isDownloadable, type TransactionEnd, type TransactionInfo } from '../base/downloadable.ts';
import { DownloadError } from '../base/errors.ts';
import type { Ref } from '../base/ref.ts';
import { printable } from '../base/text.ts';
import { isThroughAll } from './completion.ts';
import type { OwnerContext } from './context.ts';
import { type DeadlineView, exhaustedReceivers, isTimedOut, nextDeadlineMs } from './deadlines.ts';
import { Delivery } from './delivery.ts';
import type { LedgerEntry } from './ledger.ts';
import { givenId, type TransactionOptions, type TransactionPlan } from './options.ts';
import type { Outcome } from './outcome.ts';
import { emptySeats, hasOpenRefs } from './roster.ts';
import { ServedRef } from './served-ref.ts';
import { settle } from './settlement.ts';
import type { TransactionTables } from './tables.ts';
import type { Transaction } from './transaction.ts';
import { Watch } from './watch.ts';

/** What a receiver is told whose pull came too late, by how the transaction ended. */
export const endCodes: Readonly<Record<TransactionEnd, string>> = {
  finished: 'superseded',
  timeout: 'timeout',
  deleted: 'deleted',
};

/** A transaction as the owner's side sees it. */
export class OwnedTransaction implements Transaction {
  readonly transactionId: string;
  readonly plan: TransactionPlan;
  readonly options: TransactionOptions;
  readonly context: OwnerContext;
  readonly tables: TransactionTables;
  readonly delivery: Delivery;
  readonly openedMs: number;
  readonly #outcome = deferred<Outcome>();
  #sealed = false;
  #ended: TransactionEnd | undefined;
  #firstObjectMs: number | undefined;
  readonly #watch: Watch;

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
    this.delivery = new Delivery({
      context,
      transactionId,
      plan,
      onProgress: options.onProgress,
      onFinal: (of) => this.#onFinal(of),
      onDeadline: (atMs) => this.#watch.noLaterThan(atMs),
    });
    this.#watch = new Watch(
      context.clock,
      () => nextDeadlineMs(this.#deadlines(), context.clock.now()),
      () => this.judge(),
    );
    this.#watch.noLaterThan(nextDeadlineMs(this.#deadlines(), this.openedMs));
  }

  get outcome(): Promise<Outcome> {
    return this.#outcome.promise;
  }

  get refs(): readonly Ref[] {
    return this.delivery.refs.map((ref) => this.#refOf(ref));
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
    return [...this.delivery.roster.receivers.values()]
      .filter(({ pulled, expected }) => pulled && (expected || isOpen))
      .map(({ id }) => id);
  }

  addObject(object: Downloadable, options: { readonly refId?: string } = {}): Ref {
    if (!isDownloadable(object)) {
      throw new DownloadError('not_downloadable', 'what was added does not implement Downloadable', { side: 'local' });
    }
    const given = givenId('refId', options.refId);
    this.#checkOpen();
    const ref = new ServedRef(given ?? `R${this.context.random.uuid()}`, object, this.context);
    this.tables.link(ref, this);
    this.delivery.refs.push(ref);
    try {
      const pending: unknown = object.setTransaction?.(this.#info(), ref.refId);
      // Whoever made it asynchronous has its rejection logged.
      void this.context.callbacks.run('setTransaction()', () => pending);
    } catch (error) {
      this.delivery.refs.splice(this.delivery.refs.indexOf(ref), 1);
      this.tables.unlink(ref);
      throw error;
    }
    if (this.live) this.#added(ref);
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

  /** Judges this instant in the order of rule D10, messages having been taken before. */
  judge(): void {
    if (!this.live) return;
    const nowMs = this.context.clock.now();
    if (this.#isFinished()) return this.end('finished');
    const view = this.#deadlines();
    if (isTimedOut(view, nowMs)) return this.end('timeout');
    for (const exhausted of exhaustedReceivers(view, nowMs)) this.delivery.exhaust(exhausted);
  }

  /** Ends it, once: whoever comes first wins (rule E1). */
  end(end: TransactionEnd): void {
    if (!this.live) return;
    this.#ended = end;
    this.#watch.stop();
    this.tables.retire(this, end);
    for (const ref of this.delivery.refs) {
      for (const serving of ref.servings.values()) serving.stop(endCodes[end], `the transaction has ended: ${end}`);
      ref.servings.clear();
      ref.forgetChunks();
      this.context.requests.releaseRef(ref.refId);
    }
    void settle(this, end).then((outcome) => {
      this.tables.archive(outcome);
      this.#outcome.resolve(outcome);
    });
  }

  #added(ref: ServedRef): void {
    this.tables.added(ref);
    const nowMs = this.context.clock.now();
    this.#firstObjectMs ??= nowMs;
    this.delivery.added(ref);
    this.#watch.noLaterThan(nextDeadlineMs(this.#deadlines(), nowMs));
  }

  // Decided before anybody is told that a receiver is final.
  #onFinal(of: { readonly ref: ServedRef; readonly entry: LedgerEntry } | undefined): void {
    if (this.#isFinished()) this.end('finished');
    else if (of && !this.live) this.tables.finalAfterEnd(this, of.ref, of.entry);
  }

  #isFinished(): boolean {
    return this.live && this.#sealed && isThroughAll(this.delivery.roster, this.delivery.refs.length);
  }

  #deadlines(): DeadlineView {
    const { timeoutMs, deadlineMs, acquireTimeoutMs, idleTimeoutMs } = this.plan;
    const { roster, refs, lastActivityMs, waiting } = this.delivery;
    return {
      openedMs: this.openedMs,
      lastActivityMs,
      firstObjectMs: this.#firstObjectMs,
      timeoutMs,
      deadlineMs,
      acquireTimeoutMs,
      idleTimeoutMs,
      open: [...roster.receivers.values()].filter((receiver) => hasOpenRefs(receiver, refs.length)),
      waiting: waiting > 0,
      emptySeats: emptySeats(roster),
    };
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

  #refOf(ref: ServedRef): Ref {
    const { endpointId, addresses } = this.context;
    return ref.toRef(endpointId, this.transactionId, addresses());
  }
}
