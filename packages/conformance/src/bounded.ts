import { abortReason, onAbort } from '@towline/downloader-core/spi';
import { ConformanceError, type Finding, thrownText } from './finding.ts';

/** How some work of a scenario is bounded. */
export interface Bounds extends Pick<Finding, 'kind' | 'rule' | 'expected'> {
  readonly patienceMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Does some work, for `patienceMs` at most and until the signal aborts; `work` gets a signal that aborts in either case.
 * Whatever it throws becomes a {@link ConformanceError}.
 */
export async function bounded(work: (ending: AbortSignal) => Promise<void>, bounds: Bounds): Promise<void> {
  const { patienceMs, signal, kind, rule, expected } = bounds;
  signal?.throwIfAborted();
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(new Error(`nothing within ${patienceMs} ms`)), patienceMs);
  const ending = signal ? AbortSignal.any([signal, patience.signal]) : patience.signal;
  try {
    await orAborted(work(ending), ending);
  } catch (error) {
    if (error instanceof ConformanceError || signal?.aborted) throw error;
    const seen = patience.signal.aborted ? `nothing within ${patienceMs} ms: something hangs` : thrownText(error);
    throw new ConformanceError({ kind, rule, expected, seen, cause: error });
  } finally {
    clearTimeout(timer);
  }
}

/** `promise`, unless the signal aborts first: then a rejection with its reason. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const stopFollowing = onAbort(signal, () => reject(abortReason(signal)));
    promise.then(resolve, reject).finally(stopFollowing);
    if (signal.aborted) reject(abortReason(signal));
  });
}

/** Resolves after `delayMs`, or rejects when the signal aborts. */
export async function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const delay = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, delayMs);
  });
  await orAborted(delay, signal).finally(() => clearTimeout(timer));
}
