import type { Clock } from './clock.ts';

/** Resolves after `delayMs`, or rejects with the signal's reason as soon as it aborts. */
export function delay(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(abortReason(signal));
    const onAbort = (): void => {
      cancel();
      reject(abortReason(signal as AbortSignal));
    };
    const cancel = clock.setTimer(delayMs, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** `promise`, unless the signal aborts first: then a rejection with its reason. The promise's own end is then ignored. */
export function orAborted<T>(promise: PromiseLike<T> | T, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    if (signal.aborted) {
      Promise.resolve(promise).catch(() => {});
      return reject(abortReason(signal));
    }
    const onAbort = (): void => reject(abortReason(signal));
    signal.addEventListener('abort', onAbort, { once: true });
    Promise.resolve(promise)
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', onAbort));
  });
}

/** `promise`, or `'late'` when it has not settled after `limitMs`; what it does later is ignored. */
export function orLate<T>(clock: Clock, promise: PromiseLike<T> | T, limitMs: number): Promise<T | 'late'> {
  return new Promise<T | 'late'>((resolve, reject) => {
    const cancel = clock.setTimer(limitMs, () => resolve('late'));
    Promise.resolve(promise).then(resolve, reject).finally(cancel);
  });
}

/** A controller that follows `parents`: it aborts with the reason of the first of them that does. */
export function childController(...parents: readonly (AbortSignal | undefined)[]): ChildController {
  const controller = new AbortController();
  const detachers: (() => void)[] = [];
  for (const parent of parents) {
    if (!parent) continue;
    const follow = (): void => controller.abort(parent.reason);
    if (parent.aborted) follow();
    parent.addEventListener('abort', follow, { once: true });
    detachers.push(() => parent.removeEventListener('abort', follow));
  }
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    detach: () => detachers.forEach((detach) => detach()),
  };
}

/** See {@link childController}. `detach` stops following the parents; call it when the work is over. */
export interface ChildController {
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
  detach(): void;
}

/** Why a signal aborted, always as something that can be thrown. */
export function abortReason(signal: AbortSignal): unknown {
  return signal.reason ?? new DOMException('This operation was aborted', 'AbortError');
}
