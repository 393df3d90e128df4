import type { TransactionEnd } from '../base/downloadable.ts';
import { inTurn } from '../base/maybe-promise.ts';
import type { ProgressState } from '../base/progress.ts';
import { orLate } from '../base/signals.ts';
import { printable } from '../base/text.ts';
import type { Delivery } from './delivery.ts';
import type { LedgerEntry } from './ledger.ts';
import {
  makeOutcome,
  type Outcome,
  type ReceiverOutcome,
  type RefOutcome,
  type RefReceiverOutcome,
} from './outcome.ts';
import { emptySeats, type Receiver } from './roster.ts';
import type { ServedRef } from './served-ref.ts';
import type { OwnedTransaction } from './owned-transaction.ts';

/**
 * Settles a transaction that was taken out of service (rule E3): what runs drains, streams end, the log line, the
 * callbacks in their order, `release()` last. Never rejects.
 */
export async function settle(transaction: OwnedTransaction, end: TransactionEnd): Promise<Outcome> {
  const { context, delivery, options, transactionId } = transaction;
  const { refs } = delivery;
  const { callbacks, clock, logger } = context;
  await drain(transaction);
  const outcome = outcomeOf(transaction, end, clock.now());
  delivery.outcomeFixed = true;
  endStreams(delivery, end);
  logger.info(...summary(transaction, outcome));

  const baseObjects = refs.map(({ baseObject }) => baseObject);
  await inTurn(refs, ({ object }) =>
    callbacks.run('transactionDone()', () => object.transactionDone?.(transactionId, end)),
  );
  const { onDone, onOutcome } = options;
  if (onDone) await callbacks.run('onDone', () => onDone({ transactionId, end, baseObjects }));
  if (onOutcome) await callbacks.run('onOutcome', () => onOutcome(outcome));
  await inTurn(refs, ({ object }) => callbacks.run('release()', () => object.release?.()));
  return outcome;
}

// Confirmations for serves made before still count meanwhile.
async function drain({ context, delivery, transactionId }: OwnedTransaction): Promise<void> {
  const { clock, logger, drainMs } = context;
  const drained = Promise.all([...delivery.draining].map(({ done }) => done));
  if ((await orLate(clock, drained, drainMs)) === 'late') {
    logger.warn(
      `transaction ${printable(transactionId)}: going on after ${drainMs} ms, though produce() or sends have not ended`,
    );
  }
}

const streamEnds: Readonly<Record<TransactionEnd, readonly [ProgressState, string]>> = {
  finished: ['aborted', 'superseded'],
  timeout: ['failed', 'timeout'],
  deleted: ['aborted', 'deleted'],
};

function endStreams(delivery: Delivery, end: TransactionEnd): void {
  const [state, reason] = streamEnds[end];
  for (const ref of delivery.refs) {
    for (const entry of ref.entries.values()) if (entry.started) delivery.emit(ref, entry, state, reason);
  }
}

function outcomeOf(transaction: OwnedTransaction, end: TransactionEnd, nowMs: number): Outcome {
  const { delivery, plan, transactionId, openedMs } = transaction;
  const { roster, refs } = delivery;
  const isOpen = plan.receiverCount === undefined;
  const all = [...roster.receivers.values()];
  const isReceiver = (receiver: Receiver): boolean => receiver.expected || isOpen;
  const empty = emptySeats(roster) + roster.closedSeats;
  const receivers = all.filter(isReceiver).map((receiver) => receiverOutcome(refs, refs, receiver, end));
  return makeOutcome({
    transactionId,
    end,
    expectedCount: plan.receiverCount,
    minReceivers: plan.minReceivers,
    refs: refs.map((ref) => refOutcome(ref, all, empty, end)),
    receivers: [...receivers, ...Array.from({ length: empty }, () => emptySeat)],
    others: all
      .filter((receiver) => !isReceiver(receiver))
      .map((receiver) => receiverOutcome(refs, pulledBy(refs, receiver), receiver, end)),
    elapsedMs: nowMs - openedMs,
  });
}

const neverCame = { receiverId: null, status: 'failed', reason: 'never_came' } as const;
const emptySeat: ReceiverOutcome = { ...neverCame, strength: 'claimed', goodputBytes: 0, wireBytes: 0 };

function refOutcome(ref: ServedRef, all: readonly Receiver[], empty: number, end: TransactionEnd): RefOutcome {
  const involved = all.filter((receiver) => receiver.expected || ref.entries.has(receiver.id));
  const receivers = involved.map((receiver) => statusOf(receiver, ref.entries.get(receiver.id), end));
  return { refId: ref.refId, receivers: [...receivers, ...Array.from({ length: empty }, () => neverCame)] };
}

const pulledBy = (refs: readonly ServedRef[], { id }: Receiver): ServedRef[] =>
  refs.filter((ref) => ref.entries.has(id));

// A receiver owes every ref; a stranger those that it pulled.
function receiverOutcome(
  refs: readonly ServedRef[],
  owed: readonly ServedRef[],
  receiver: Receiver,
  end: TransactionEnd,
): ReceiverOutcome {
  const statuses = owed.map((ref) => statusOf(receiver, ref.entries.get(receiver.id), end));
  const failure =
    owed.length === 0 ? statusOf(receiver, undefined, end) : statuses.find(({ status }) => status === 'failed');
  const entries = refs.flatMap((ref) => ref.entries.get(receiver.id) ?? []);
  return {
    ...(failure ?? { receiverId: receiver.id, status: 'success' }),
    strength: receiver.strength,
    ...(entries.some(({ selected }) => selected) ? { selected: true } : {}),
    goodputBytes: entries.reduce((sum, { bytesDone }) => sum + bytesDone, 0),
    wireBytes: entries.reduce((sum, { wireBytes }) => sum + wireBytes, 0),
  };
}

function statusOf(receiver: Receiver, entry: LedgerEntry | undefined, end: TransactionEnd): RefReceiverOutcome {
  const receiverId = receiver.id;
  if (entry?.final?.status === 'success') return { receiverId, status: 'success' };
  if (entry?.final) return { receiverId, status: 'failed', reason: entry.final.reason ?? 'consumer_failed' };
  if (entry?.pending) return { receiverId, status: 'failed', reason: 'unconfirmed' };
  if (!receiver.pulled) return { receiverId, status: 'failed', reason: 'never_came' };
  return { receiverId, status: 'failed', reason: end === 'finished' ? 'superseded' : end };
}

function summary(
  { transactionId, sealed, delivery: { refs } }: OwnedTransaction,
  outcome: Outcome,
): [string, Record<string, unknown>] {
  const { status, reason, end, goodputBytes, wireBytes, elapsedMs } = outcome;
  const seconds = elapsedMs / 1000;
  const bytesPerSecond = seconds > 0 ? Math.round(goodputBytes / seconds) : 0;
  const allFinal = end === 'timeout' && !sealed && refs.length > 0 && refs.every(({ toldAll }) => toldAll);
  const hint = allFinal ? '; every ref was final, but complete() was never called' : '';
  const verdict = reason === undefined ? status : `${status}/${reason}`;
  return [
    `transaction ${printable(transactionId)} done: ${end}, ${verdict}, ${seconds.toFixed(1)} s, ${goodputBytes} bytes, ${bytesPerSecond} bytes/s${hint}`,
    { transactionId, end, status, reason, seconds, goodputBytes, wireBytes, bytesPerSecond },
  ];
}
