import type { TransactionEnd } from '../base/downloadable.ts';
import { invalidArgument } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { ProgressEvent } from '../base/progress.ts';
import { idProblem, printable } from '../base/text.ts';
import type { IdentityStrength } from '../base/transport.ts';
import type { Outcome } from './outcome.ts';

/** What `newTransaction` takes. Durations are milliseconds. */
export interface TransactionOptions {
  /** Default: `T` and a random UUID. */
  readonly transactionId?: string;
  /** How long nobody may be active before the transaction ends as `timeout`. */
  readonly timeoutMs: number;
  /** The transaction's whole life at most. Default: no limit. */
  readonly deadlineMs?: number;
  /** The identities that are to receive; or `receiverCount`; or neither, and the transaction never finishes by itself. */
  readonly receivers?: readonly string[];
  /** The first so many identities that pull are the receivers. */
  readonly receiverCount?: number;
  /** How many receivers must succeed on every ref for `quorumMet`. Default: all. */
  readonly minReceivers?: number;
  /** How long an expected receiver may take, from the first added object, to pull anything. Default: no limit of its own. */
  readonly receiverAcquireTimeoutMs?: number;
  /** How long a receiver that began may be silent on all refs. Default: `timeoutMs`. */
  readonly receiverIdleTimeoutMs?: number;
  /** How long one `produce` may take. Default: `timeoutMs`. */
  readonly produceTimeoutMs?: number;
  /** The least time between two `active` events of one stream; 0: every advance. Default 1,000. */
  readonly progressIntervalMs?: number;
  /** Who is served beside declared `receivers`: nobody (default), or anyone, as strangers who are not waited for. */
  readonly admit?: 'declared' | 'anyone';
  /** The weakest identity that is served. Default: `proven` with declared `receivers`, else `claimed`. */
  readonly trust?: IdentityStrength;
  /** Progress of every receiver on every ref. */
  readonly onProgress?: (event: ProgressEvent) => void;
  /** The transaction has ended; every object is still there. */
  readonly onDone?: (done: TransactionDone) => void | Promise<void>;
  /** The verdict, before the objects are released. */
  readonly onOutcome?: (outcome: Outcome) => void | Promise<void>;
}

/** What the transaction's own callback is told. */
export interface TransactionDone {
  /** The transaction that has ended. */
  readonly transactionId: string;
  /** How it ended. What that means for receivers is in the outcome, which follows. */
  readonly end: TransactionEnd;
  /** The base objects in the order of adding. */
  readonly baseObjects: readonly unknown[];
}

/** The most receivers of one transaction, declared or not: an endless row of names must not fill the memory. */
export const maxReceivers = 100_000;

/** Options, checked and completed. */
export interface TransactionPlan {
  readonly receivers: readonly string[] | undefined;
  readonly receiverCount: number | undefined;
  readonly minReceivers: number | undefined;
  readonly timeoutMs: number;
  readonly deadlineMs: number | undefined;
  readonly acquireTimeoutMs: number | undefined;
  readonly idleTimeoutMs: number;
  readonly produceTimeoutMs: number;
  readonly progressIntervalMs: number;
  readonly admitAnyone: boolean;
  readonly trust: IdentityStrength;
}

/** Checks options (rules T3, T7–T9) and fills in the defaults. Throws `invalid_argument`; nothing was registered then. */
export function planTransaction(options: TransactionOptions, logger: Logger): TransactionPlan {
  const receivers = plannedReceivers(options, logger);
  const receiverCount = plannedCount(options, receivers);
  const { timeoutMs, progressIntervalMs = 1000, admit = 'declared', minReceivers } = options;
  const trust = options.trust ?? (receivers ? 'proven' : 'claimed');
  duration('timeoutMs', timeoutMs);
  if (!Number.isFinite(progressIntervalMs) || progressIntervalMs < 0) {
    invalidArgument('progressIntervalMs', 'must be a finite number from 0');
  }
  if (admit !== 'declared' && admit !== 'anyone') invalidArgument('admit', "must be 'declared' or 'anyone'");
  if (admit === 'anyone' && !receivers) invalidArgument('admit', 'needs receivers declared by identity');
  if (!['claimed', 'vouched', 'proven'].includes(trust)) invalidArgument('trust', 'is no strength of an identity');
  if (minReceivers !== undefined) checkQuorum(minReceivers, receiverCount);
  return {
    receivers,
    receiverCount,
    minReceivers,
    timeoutMs,
    deadlineMs: optionalDuration('deadlineMs', options.deadlineMs),
    acquireTimeoutMs: optionalDuration('receiverAcquireTimeoutMs', options.receiverAcquireTimeoutMs),
    idleTimeoutMs: optionalDuration('receiverIdleTimeoutMs', options.receiverIdleTimeoutMs) ?? timeoutMs,
    produceTimeoutMs: optionalDuration('produceTimeoutMs', options.produceTimeoutMs) ?? timeoutMs,
    progressIntervalMs,
    admitAnyone: admit === 'anyone',
    trust,
  };
}

/** The id that was given, or nothing when one is to be generated. Throws `invalid_argument`. */
export function givenId(name: string, id: string | undefined): string | undefined {
  if (id === undefined) return undefined;
  const problem = idProblem(id);
  return problem ? invalidArgument(name, problem) : id;
}

function plannedReceivers(options: TransactionOptions, logger: Logger): readonly string[] | undefined {
  const { receivers } = options;
  if (receivers === undefined) return undefined;
  if (!Array.isArray(receivers) || receivers.length === 0)
    return invalidArgument('receivers', 'must be a list of at least one identity');
  for (const receiver of receivers) {
    const problem = idProblem(receiver);
    if (problem) invalidArgument('receivers', `has an identity that ${problem}`);
  }
  const unique = [...new Set(receivers)];
  if (unique.length > maxReceivers) invalidArgument('receivers', `has more than ${maxReceivers} identities`);
  if (unique.length < receivers.length) {
    const repeated = receivers.filter((receiver, index) => receivers.indexOf(receiver) < index);
    logger.warn('receivers were declared more than once', { receivers: repeated.map((id) => printable(id)) });
  }
  return unique;
}

function plannedCount(options: TransactionOptions, receivers: readonly string[] | undefined): number | undefined {
  const { receiverCount } = options;
  if (receiverCount === undefined) return receivers?.length;
  if (!Number.isSafeInteger(receiverCount) || receiverCount < 1 || receiverCount > maxReceivers)
    invalidArgument('receiverCount', `must be a whole number from 1 to ${maxReceivers}`);
  if (receivers && receivers.length !== receiverCount) {
    invalidArgument('receiverCount', `is ${receiverCount}, but ${receivers.length} receivers are declared`);
  }
  return receiverCount;
}

function checkQuorum(minReceivers: number, receiverCount: number | undefined): void {
  if (!Number.isSafeInteger(minReceivers) || minReceivers < 1)
    invalidArgument('minReceivers', 'must be a whole number from 1');
  if (receiverCount !== undefined && minReceivers > receiverCount) {
    invalidArgument('minReceivers', `is ${minReceivers}, but only ${receiverCount} receivers are expected`);
  }
}

function optionalDuration(name: string, value: number | undefined): number | undefined {
  return value === undefined ? undefined : duration(name, value);
}

function duration(name: string, value: number): number {
  return Number.isFinite(value) && value > 0
    ? value
    : invalidArgument(name, 'must be a positive, finite number of milliseconds');
}
