import { countFields, type ProgressEvent, type ProgressState, takesEvent } from '../base/progress.ts';
import { Roll } from '../base/roll.ts';
import { printable } from '../base/text.ts';
import type { PeerLink } from '../base/transport.ts';
import { isThrough } from './completion.ts';
import type { OwnerContext } from './context.ts';
import type { Exhausted } from './deadlines.ts';
import {
  beginPull,
  type ConfirmedServe,
  countConsumed,
  type FinalStatus,
  judgeConfirm,
  type LedgerEntry,
} from './ledger.ts';
import type { TransactionPlan } from './options.ts';
import {
  emptySeats,
  expectedReceivers,
  hasOneReceiver,
  newRoster,
  type Receiver,
  type Roster,
  seat,
} from './roster.ts';
import type { ServedRef } from './served-ref.ts';
import { type PullOrder, Serving } from './serving.ts';

/** What a {@link Delivery} works with, and whom it tells. */
export interface DeliverySetup {
  readonly context: OwnerContext;
  readonly transactionId: string;
  readonly plan: TransactionPlan;
  readonly onProgress: ((event: ProgressEvent) => void) | undefined;
  /** A receiver became final on a ref, or, without one, seats were closed: nobody else has been told yet. */
  readonly onFinal: (of?: { readonly ref: ServedRef; readonly entry: LedgerEntry }) => void;
  /** A budget ends at `atMs`. */
  readonly onDeadline: (atMs: number) => void;
}

/** Who of a transaction has what: its refs, its receivers, and what becomes of each receiver on each ref. */
export class Delivery {
  readonly roster: Roster;
  /** In the order of adding. */
  readonly refs: ServedRef[] = [];
  /** Pulls that have not drained yet, open or ended. */
  readonly draining: Roll<Serving> = new Roll();
  /** Set when the outcome is made: nothing changes it any more. */
  outcomeFixed: boolean = false;
  lastActivityMs: number;
  /** How many pulls wait for budget or `produce`. */
  waiting = 0;
  readonly #setup: DeliverySetup;

  constructor(setup: DeliverySetup) {
    this.#setup = setup;
    this.lastActivityMs = setup.context.clock.now();
    this.roster = newRoster(setup.plan, this.lastActivityMs);
  }

  /**
   * Takes in a ref. Whoever was failed for the whole transaction is failed on it, too; the others get something to pull,
   * and their silence counts from here.
   */
  added(ref: ServedRef): void {
    const nowMs = this.#setup.context.clock.now();
    for (const receiver of expectedReceivers(this.roster)) {
      if (receiver.failedReason !== undefined) this.fail(ref, ref.entryOf(receiver.id), receiver.failedReason);
      else if (receiver.finalRefs === this.refs.length - 1) receiver.silentSinceMs = nowMs;
    }
    if (this.#becameThrough(ref)) this.#tellAll(ref);
  }

  /** Serves a pull that was admitted and judged. */
  serve(ref: ServedRef, link: PeerLink, as: 'known' | 'expected' | 'other', order: PullOrder): void {
    const receiver = seat(this.roster, link, as, this.#setup.context.clock.now());
    const { downloadId, pullNo, consumed, request } = order.pull;
    const entry = ref.entryOf(receiver.id);
    const isNew = entry.downloadId !== downloadId;
    ref.servings.get(receiver.id)?.stop(isNew ? 'replaced' : undefined, 'a newer download of the same receiver began');
    if (!request) this.#setup.context.requests.release({ refId: ref.refId, receiverId: receiver.id });
    if (!entry.started) this.#came(receiver);
    // Until its totals say otherwise a request is taken for a narrowing one.
    if (isNew) entry.selected = request !== undefined;
    beginPull(entry, { downloadId, pullNo, linkId: link.linkId });
    this.active(receiver);
    this.#begin(ref, receiver, entry, order);
    this.emit(ref, entry, 'active');
    countConsumed(entry, consumed);
  }

  /** By receiver: bytes of chunks that the transport has not taken yet. */
  heldBytes(): Map<string, number> {
    const held = new Map<string, number>();
    for (const { receiverId, heldBytes } of this.draining)
      if (heldBytes > 0) held.set(receiverId, (held.get(receiverId) ?? 0) + heldBytes);
    return held;
  }

  /** Notes an accepted message of a receiver about a live ref (rule S13). */
  active(receiver: Receiver): void {
    const nowMs = this.#setup.context.clock.now();
    receiver.silentSinceMs = nowMs;
    this.lastActivityMs = nowMs;
  }

  /** Takes a confirmation; says whether it is, or was already, recorded (rules D2–D4). */
  confirm(
    ref: ServedRef,
    receiverId: string,
    confirm: ConfirmedServe & { readonly reason: string | undefined },
  ): boolean {
    const entry = ref.entries.get(receiverId);
    const receiver = this.roster.receivers.get(receiverId);
    const verdict = entry && receiver ? judgeConfirm(entry, confirm) : 'stale';
    if (!entry || !receiver || verdict === 'stale') return false;
    if (verdict === 'record' && this.outcomeFixed) return false;
    this.active(receiver);
    if (verdict === 'record') {
      const { status, downloadId, nonce } = confirm;
      const reason = status === 'failed' ? (confirm.reason ?? 'consumer_failed') : undefined;
      this.record(ref, entry, { status, downloadId, nonce, reason });
    }
    return true;
  }

  /** Makes a receiver final on a ref. All that follows from it is decided before anybody is told. */
  record(ref: ServedRef, entry: LedgerEntry, final: FinalStatus): void {
    const { receiverId, started } = entry;
    const { status, reason } = final;
    entry.final = final;
    entry.pending = undefined;
    // What is still on its way to the receiver is no open pull any more: no end of the transaction takes it back.
    if (ref.servings.get(receiverId)?.isThrough) ref.servings.delete(receiverId);
    const receiver = this.roster.receivers.get(receiverId);
    if (receiver) receiver.finalRefs += 1;
    this.#setup.context.requests.release({ refId: ref.refId, receiverId });
    const isLast = this.#becameThrough(ref);
    this.#setup.onFinal({ ref, entry });

    const { callbacks } = this.#setup.context;
    void callbacks.run('downloadedToOne()', () => ref.object.downloadedToOne?.(receiverId, status));
    if (isLast) this.#tellAll(ref);
    if (started) this.emit(ref, entry, status === 'success' ? 'completed' : 'failed', reason);
  }

  /** Fails a receiver on a ref and refuses its open pull, for a reason of our own or by its final cancel. */
  fail(ref: ServedRef, entry: LedgerEntry, reason: string, refuse?: string): void {
    if (entry.final) return;
    ref.servings.get(entry.receiverId)?.stop(refuse, `recorded as failed: ${reason}`);
    // No nonce: a confirmation that comes now is late, and undoes nothing (rule D9).
    this.record(ref, entry, { status: 'failed', reason, downloadId: entry.downloadId, nonce: undefined });
  }

  /** Ends a receiver's pull that may come again, and frees its memory. */
  interrupt(ref: ServedRef, receiverId: string): void {
    ref.servings.get(receiverId)?.stop();
    ref.servings.delete(receiverId);
    this.#setup.context.requests.release({ refId: ref.refId, receiverId });
  }

  /** Emits a progress event when it is due (rules P1, P2). */
  emit(ref: ServedRef, entry: LedgerEntry, state: ProgressState, reason?: string): void {
    const { context, transactionId, plan, onProgress } = this.#setup;
    const { clock, callbacks } = context;
    if (!takesEvent(entry.progress, state, entry, clock.now(), plan.progressIntervalMs) || !onProgress) return;
    const event = {
      transactionId,
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

  /** Fails a receiver whose budget is used up on every ref that it owes; no id: closes the seats that are empty. */
  exhaust({ receiverId, reason }: Exhausted): void {
    if (receiverId === undefined) return this.#closeSeats();
    const { context, transactionId } = this.#setup;
    const receiver = this.roster.receivers.get(receiverId);
    if (!receiver) return;
    context.logger.warn(`transaction ${printable(transactionId)}: receiver ${printable(receiverId)} failed`, {
      reason,
    });
    if (reason === 'never_came') receiver.failedReason = reason;
    for (const ref of this.refs) {
      const entry = receiver.expected ? ref.entryOf(receiverId) : ref.entries.get(receiverId);
      if (entry) this.fail(ref, entry, entry.pending ? 'unconfirmed' : reason, 'already_failed');
    }
  }

  #begin(ref: ServedRef, receiver: Receiver, entry: LedgerEntry, order: PullOrder): void {
    const { context, plan } = this.#setup;
    const serving: Serving = new Serving(
      context,
      {
        ref,
        produceTimeoutMs: plan.produceTimeoutMs,
        idleTimeoutMs: plan.idleTimeoutMs,
        isOnlyReceiver: hasOneReceiver(plan),
        waits: (by) => this.#waits(receiver, by),
        progress: (state, reason) => this.emit(ref, entry, state, reason),
        served: (status, code) => this.#through(ref, entry, status, code),
      },
      entry,
      order,
    );
    ref.servings.set(receiver.id, serving);
    const place = this.draining.add(serving);
    void serving.done.then(() => {
      this.draining.delete(place);
      if (ref.servings.get(receiver.id) === serving) ref.servings.delete(receiver.id);
      // Nothing will be recorded any more that could release the request of one who is final.
      if (entry.final) context.requests.release({ refId: ref.refId, receiverId: receiver.id });
    });
  }

  #through(ref: ServedRef, entry: LedgerEntry, status: 'eof' | 'error', code: string | undefined): string | undefined {
    if (entry.final) return undefined;
    if (status === 'error') {
      const reason = code ?? 'source_error';
      this.record(ref, entry, { status: 'failed', reason, downloadId: entry.downloadId, nonce: undefined });
      return undefined;
    }
    const nonce = this.#setup.context.random.uuid();
    entry.pending = { nonce, downloadId: entry.downloadId as string };
    return nonce;
  }

  #waits(receiver: Receiver, by: 1 | -1): void {
    receiver.waiting += by;
    this.waiting += by;
    if (by < 0) this.active(receiver);
  }

  #closeSeats(): void {
    const { context, transactionId, onFinal } = this.#setup;
    this.roster.closedSeats += emptySeats(this.roster);
    context.logger.warn(`transaction ${printable(transactionId)}: seats that nobody took were closed`);
    const through = this.refs.filter((ref) => this.#becameThrough(ref));
    onFinal();
    for (const ref of through) this.#tellAll(ref);
  }

  // A ref that begins can bring a deadline before the one that is watched.
  #came(receiver: Receiver): void {
    const { context, plan, onDeadline } = this.#setup;
    receiver.pulled = true;
    receiver.startedRefs += 1;
    onDeadline(context.clock.now() + plan.idleTimeoutMs);
  }

  /** Says, once for each ref, that its last expected receiver has just become final. */
  #becameThrough(ref: ServedRef): boolean {
    if (ref.toldAll || !isThrough(this.roster, ref)) return false;
    ref.toldAll = true;
    return true;
  }

  #tellAll({ object }: ServedRef): void {
    void this.#setup.context.callbacks.run('downloadedToAll()', () => object.downloadedToAll?.());
  }
}
