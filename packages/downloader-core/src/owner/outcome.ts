import type { ReceiverStatus, TransactionEnd } from '../base/downloadable.ts';
import { deepFreeze } from '../base/plain.ts';
import type { IdentityStrength } from '../base/transport.ts';

/** The verdict on a transaction (rule O2), frozen all the way down. */
export interface Outcome {
  readonly transactionId: string;
  readonly status: OutcomeStatus;
  readonly reason?: OutcomeReason;
  /** How it ended. */
  readonly end: TransactionEnd;
  readonly quorumMet: boolean;
  readonly minReceivers?: number;
  readonly refs: readonly RefOutcome[];
  /** The receivers that were expected, or, where none were declared, those that came. */
  readonly receivers: readonly ReceiverOutcome[];
  /** Strangers who were served as well. */
  readonly others: readonly ReceiverOutcome[];
  /** Bytes that receivers have, each counted once. */
  readonly goodputBytes: number;
  /** Bytes of every body that was handed to the transport, repeats included. */
  readonly wireBytes: number;
  readonly elapsedMs: number;
}

export type OutcomeStatus = 'completed' | 'failed' | 'aborted';
export type OutcomeReason = 'timeout' | 'unknown_receiver_count' | 'no_objects' | 'receiver_failed';

/** What became of one ref. */
export interface RefOutcome {
  readonly refId: string;
  readonly receivers: readonly RefReceiverOutcome[];
}

/** What became of one receiver on one ref. */
export interface RefReceiverOutcome {
  /** `null`: a seat that nobody took. */
  readonly receiverId: string | null;
  readonly status: ReceiverStatus;
  /** Of a failure: an error code. */
  readonly reason?: string;
}

/** What became of one receiver over all refs: `success` only when every ref succeeded. */
export interface ReceiverOutcome extends RefReceiverOutcome {
  readonly strength: IdentityStrength;
  /** A request narrowed an object. */
  readonly selected?: boolean;
  readonly goodputBytes: number;
  readonly wireBytes: number;
}

/** What an outcome is made of. */
export interface OutcomeInput {
  readonly transactionId: string;
  readonly end: TransactionEnd;
  /** How many receivers were declared; absent: not known. */
  readonly expectedCount: number | undefined;
  readonly minReceivers: number | undefined;
  readonly refs: readonly RefOutcome[];
  readonly receivers: readonly ReceiverOutcome[];
  readonly others: readonly ReceiverOutcome[];
  readonly elapsedMs: number;
}

/** The outcome (rules O1–O3). */
export function makeOutcome(input: OutcomeInput): Outcome {
  const { transactionId, end, minReceivers, refs, receivers, others, elapsedMs } = input;
  const succeeded = refs.length === 0 ? 0 : receivers.filter(({ status }) => status === 'success').length;
  const isComplete = refs.length > 0 && input.expectedCount !== undefined && succeeded >= input.expectedCount;
  const reason = isComplete || end === 'deleted' ? undefined : failureReason(input);
  return deepFreeze({
    transactionId,
    status: isComplete ? 'completed' : end === 'deleted' ? 'aborted' : 'failed',
    ...(reason === undefined ? {} : { reason }),
    end,
    quorumMet: minReceivers === undefined ? isComplete : refs.length > 0 && succeeded >= minReceivers,
    ...(minReceivers === undefined ? {} : { minReceivers }),
    refs,
    receivers,
    others,
    goodputBytes: sum([...receivers, ...others], 'goodputBytes'),
    wireBytes: sum([...receivers, ...others], 'wireBytes'),
    elapsedMs,
  } satisfies Outcome);
}

function failureReason(input: OutcomeInput): OutcomeReason {
  if (input.end === 'timeout') return 'timeout';
  if (input.expectedCount === undefined) return 'unknown_receiver_count';
  if (input.refs.length === 0) return 'no_objects';
  return 'receiver_failed';
}

function sum(receivers: readonly ReceiverOutcome[], field: 'goodputBytes' | 'wireBytes'): number {
  return receivers.reduce((total, receiver) => total + receiver[field], 0);
}
