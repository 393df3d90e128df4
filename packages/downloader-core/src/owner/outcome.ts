import type { ReceiverStatus, TransactionEnd } from '../base/downloadable.ts';
import { deepFreeze } from '../base/plain.ts';
import type { IdentityStrength } from '../base/transport.ts';

/** The verdict on a transaction (rule O2), frozen all the way down. */
export interface Outcome {
  /** The transaction that it is about. */
  readonly transactionId: string;
  /** Whether every expected receiver has every object. */
  readonly status: OutcomeStatus;
  /** Why it failed; absent when it did not. */
  readonly reason?: OutcomeReason;
  /** How it ended. */
  readonly end: TransactionEnd;
  /**
   * Whether `minReceivers` receivers succeeded on every ref; without that option, whether it is completed. False
   * without refs.
   */
  readonly quorumMet: boolean;
  /** As it was given to the transaction. */
  readonly minReceivers?: number;
  /** One for each object, in the order of adding. */
  readonly refs: readonly RefOutcome[];
  /** The receivers that were expected, or, where none were declared, those that came. */
  readonly receivers: readonly ReceiverOutcome[];
  /** Strangers who were served as well. */
  readonly others: readonly ReceiverOutcome[];
  /** Bytes that receivers have, each counted once. */
  readonly goodputBytes: number;
  /** Bytes of every body that was handed to the transport, repeats included. */
  readonly wireBytes: number;
  /** From the opening of the transaction to its end. */
  readonly elapsedMs: number;
}

/**
 * The verdict in a word. `completed`: every expected receiver has every object. `aborted`: it was deleted before that.
 * `failed`: anything else.
 */
export type OutcomeStatus = 'completed' | 'failed' | 'aborted';
/**
 * Why a transaction failed: its time was over, nobody said who or how many were to receive, there was
 * nothing to receive, or a receiver did not succeed on every ref.
 */
export type OutcomeReason = 'timeout' | 'unknown_receiver_count' | 'no_objects' | 'receiver_failed';

/** What became of one ref. */
export interface RefOutcome {
  /** The object's ref. */
  readonly refId: string;
  /** One for each receiver that was expected or came. */
  readonly receivers: readonly RefReceiverOutcome[];
}

/** What became of one receiver on one ref. */
export interface RefReceiverOutcome {
  /** `null`: a seat that nobody took. */
  readonly receiverId: string | null;
  /** `success` only when it confirmed that it has the object. */
  readonly status: ReceiverStatus;
  /** Of a failure: an error code. */
  readonly reason?: string;
}

/** What became of one receiver over all refs: `success` only when every ref succeeded. */
export interface ReceiverOutcome extends RefReceiverOutcome {
  /**
   * How sure the transport was of its identity, over the links by which it pulled the least; `claimed` for a seat that
   * nobody took.
   */
  readonly strength: IdentityStrength;
  /** A request narrowed an object. */
  readonly selected?: boolean;
  /** Bytes that it has, each counted once. */
  readonly goodputBytes: number;
  /** Bytes of every body that was sent to it, repeats included. */
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
