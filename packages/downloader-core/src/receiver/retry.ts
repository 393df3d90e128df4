import { invalidArgument } from '../base/errors.ts';

/** When and how often a receiver tries again (rule L3). */
export interface RetryPolicy {
  /** Tries after the first, counted anew with every consumed chunk. Default 3. */
  readonly maxRetries: number;
  /** The wait before the first retry; doubled for each further one. Default 2,000. */
  readonly backoffBaseMs: number;
  /** The longest wait. Default 60,000. */
  readonly backoffCapMs: number;
  /** Waits between half and the whole of each, at random. Default false. */
  readonly jitter: boolean;
}

/** The wait before retry `retry` (1, 2 …), never longer than half of the owner's idle budget for us. `fraction`: drawn for jitter, in [0, 1). */
export function backoffMs(
  policy: RetryPolicy,
  retry: number,
  idleTimeoutMs: number | undefined,
  fraction: () => number,
): number {
  const grown = Math.min(policy.backoffBaseMs * 2 ** (retry - 1), policy.backoffCapMs);
  const bounded = Math.min(grown, (idleTimeoutMs ?? Infinity) / 2);
  return policy.jitter ? bounded * (0.5 + fraction() / 2) : bounded;
}

/** Checks the options of a policy. Throws `invalid_argument`. */
export function planRetries(options: Partial<RetryPolicy>): RetryPolicy {
  const { maxRetries = 3, backoffBaseMs = 2000, backoffCapMs = 60_000, jitter = false } = options;
  if (!Number.isSafeInteger(maxRetries) || maxRetries < 0)
    invalidArgument('maxRetries', 'must be a whole number from 0');
  if (!Number.isFinite(backoffBaseMs) || backoffBaseMs <= 0) invalidArgument('backoffBaseMs', 'must be positive');
  if (!Number.isFinite(backoffCapMs) || backoffCapMs <= 0) invalidArgument('backoffCapMs', 'must be positive');
  return { maxRetries, backoffBaseMs, backoffCapMs, jitter };
}
