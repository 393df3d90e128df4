import { invalidArgument } from '../base/errors.ts';
import type { ProgressEvent } from '../base/progress.ts';
import { planRetries, type RetryPolicy } from './retry.ts';

/** What `downloadObject` takes. Durations are milliseconds. */
export interface DownloadOptions extends Partial<RetryPolicy> {
  /** Ends the download at once, whatever it waits for. */
  readonly signal?: AbortSignal;
  /**
   * Called for each event of this download, the last of which is terminal. What it throws is logged, and changes
   * nothing.
   */
  readonly onProgress?: (event: ProgressEvent) => void;
  /** The least time between two `active` events; 0: every advance. Default 1,000. */
  readonly progressIntervalMs?: number;
  /** How long the owner may owe us its next move. Default 30,000. */
  readonly requestTimeoutMs?: number;
  /** How many bytes the owner may send ahead of what was consumed, at first and at least. Default 8 MiB. */
  readonly windowBytes?: number;
  /**
   * How far that may grow where the link is long or fast (bandwidth × delay); it shrinks again when the consumer is slow.
   * Default: `windowBytes` where that is given, else 32 MiB.
   */
  readonly maxWindowBytes?: number;
  /** Whether we may come back after an abort: the owner then keeps our place until its idle budget ends. Default true. */
  readonly resumable?: boolean;
}

/** Options, checked and completed. */
export interface DownloadPlan {
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ((event: ProgressEvent) => void) | undefined;
  readonly progressIntervalMs: number;
  readonly requestTimeoutMs: number;
  readonly windowBytes: number;
  readonly maxWindowBytes: number;
  readonly resumable: boolean;
  readonly retries: RetryPolicy;
}

const defaultWindowBytes = 8 * 1024 * 1024;
const defaultMaxWindowBytes = 32 * 1024 * 1024;

/** Checks options. Throws `invalid_argument`. */
export function planDownload(options: DownloadOptions): DownloadPlan {
  const { progressIntervalMs = 1000, requestTimeoutMs = 30_000 } = options;
  const { windowBytes = defaultWindowBytes, maxWindowBytes = options.windowBytes ?? defaultMaxWindowBytes } = options;
  if (!Number.isFinite(progressIntervalMs) || progressIntervalMs < 0)
    invalidArgument('progressIntervalMs', 'must be a finite number from 0');
  if (!Number.isFinite(requestTimeoutMs) || requestTimeoutMs <= 0)
    invalidArgument('requestTimeoutMs', 'must be positive');
  if (!Number.isSafeInteger(windowBytes) || windowBytes < 1)
    invalidArgument('windowBytes', 'must be a whole number from 1');
  if (!Number.isSafeInteger(maxWindowBytes) || maxWindowBytes < windowBytes)
    invalidArgument('maxWindowBytes', 'must be a whole number from windowBytes');
  return {
    signal: options.signal,
    onProgress: options.onProgress,
    progressIntervalMs,
    requestTimeoutMs,
    windowBytes,
    maxWindowBytes,
    resumable: options.resumable ?? true,
    retries: planRetries(options),
  };
}
