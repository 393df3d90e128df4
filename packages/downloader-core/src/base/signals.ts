import type { Clock } from './clock.ts';
import { deferred } from './deferred.ts';
import { Roll } from './roll.ts';

const followers = new WeakMap<AbortSignal, Roll<() => void>>();

/**
 * Calls `callback` once when the signal aborts; returns a function that takes it back. However many follow a signal, it
 * has one listener: platforms warn about more than ten. On an aborted signal nothing happens: look at `aborted` first.
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  const following = followers.get(signal) ?? followSignal(signal);
  const place = following.add(callback);
  return () => following.delete(place);
}

function followSignal(signal: AbortSignal): Roll<() => void> {
  const following = newFollowers(signal);
  signal.addEventListener('abort', () => callAll(following), { once: true });
  return following;
}

function newFollowers(signal: AbortSignal): Roll<() => void> {
  const following = new Roll<() => void>();
  followers.set(signal, following);
  return following;
}

function callAll(following: Roll<() => void>): void {
  for (const callback of [...following]) callback();
  following.clear();
}

/** Resolves after `delayMs`, or rejects with the signal's reason as soon as it aborts. */
export function delay(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(abortReason(signal));
    const stopFollowing = onAbort(signal, () => {
      cancel();
      reject(abortReason(signal));
    });
    const cancel = clock.setTimer(delayMs, () => {
      stopFollowing();
      resolve();
    });
  });
}

/** `promise`, unless the signal aborts first: then a rejection with its reason. The promise's own end is then ignored. */
export function orAborted<T>(promise: PromiseLike<T> | T, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    if (signal.aborted) {
      Promise.resolve(promise).catch(() => {});
      return reject(abortReason(signal));
    }
    const stopFollowing = onAbort(signal, () => reject(abortReason(signal)));
    Promise.resolve(promise).then(resolve, reject).finally(stopFollowing);
  });
}

/**
 * `promise`, or `'late'` when it has not settled after `limitMs`; or, when the signal aborts before, a rejection with its
 * reason. What the promise does later is ignored, and no timer outlives the result.
 */
export function orLate<T>(
  clock: Clock,
  promise: PromiseLike<T> | T,
  limitMs: number,
  signal?: AbortSignal,
): Promise<T | 'late'> {
  const late = deferred<'late'>();
  const cancel = clock.setTimer(limitMs, () => late.resolve('late'));
  const bounded = Promise.race([promise, late.promise]);
  return (signal ? orAborted(bounded, signal) : bounded).finally(cancel);
}

/** A controller that follows `parents`: it aborts with the reason of the first of them that does. */
export function childController(...parents: readonly (AbortSignal | undefined)[]): ChildController {
  const controller = new AbortController();
  const { signal } = controller;
  // Whoever follows it needs no listener: nobody else can abort it.
  const following = newFollowers(signal);
  const abort = (reason: unknown): void => {
    controller.abort(reason);
    callAll(following);
  };
  const detachers: (() => void)[] = [];
  for (const parent of parents) {
    if (!parent) continue;
    const follow = (): void => abort(parent.reason);
    if (parent.aborted) follow();
    else detachers.push(onAbort(parent, follow));
  }
  return { signal, abort, detach: () => detachers.forEach((detach) => detach()) };
}

/** See {@link childController}. `detach` stops following the parents; call it when the work is over. */
export interface ChildController {
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
  detach(): void;
}

/** A signal for the application that follows one of ours: made when somebody looks at it, for it costs more than many a call that gets it. */
export class LazySignal {
  readonly #parent: AbortSignal;
  #child: ChildController | undefined;
  #isOver = false;

  constructor(parent: AbortSignal) {
    this.#parent = parent;
  }

  /** Aborts with the parent, or when nobody wants the result of the work any more. Follows nothing once the work is over. */
  get signal(): AbortSignal {
    this.#child ??= childController(this.#parent);
    if (this.#isOver) this.#child.detach();
    return this.#child.signal;
  }

  /** The work failed or was given up. */
  abort(reason: unknown): void {
    this.#child?.abort(reason);
  }

  /** The work is over. */
  detach(): void {
    this.#isOver = true;
    this.#child?.detach();
  }
}

/** Signals that abort with a common one, too: whoever asks for the same signal gets the same, for as long as anybody uses it. */
export class JoinedSignals {
  readonly common: AbortSignal;
  readonly #joined = new Map<AbortSignal, { readonly child: ChildController; users: number }>();

  constructor(common: AbortSignal) {
    this.common = common;
  }

  /** Aborts with `own` or the common one. Call {@link leave} when the work is over. */
  join(own: AbortSignal | undefined): AbortSignal {
    if (!own) return this.common;
    const joined = this.#joined.get(own) ?? { child: childController(own, this.common), users: 0 };
    joined.users += 1;
    this.#joined.set(own, joined);
    return joined.child.signal;
  }

  leave(own: AbortSignal | undefined): void {
    const joined = own && this.#joined.get(own);
    if (!joined) return;
    joined.users -= 1;
    if (joined.users > 0) return;
    joined.child.detach();
    this.#joined.delete(own);
  }
}

/** Why a signal aborted, always as something that can be thrown. */
export function abortReason(signal: AbortSignal): unknown {
  return signal.reason ?? new DOMException('This operation was aborted', 'AbortError');
}
