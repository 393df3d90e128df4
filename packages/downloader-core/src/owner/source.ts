import type { Clock } from '../base/clock.ts';
import type { Downloadable } from '../base/downloadable.ts';
import { DownloadError } from '../base/errors.ts';
import { isPromise, type MaybePromise } from '../base/maybe-promise.ts';
import { type ChildController, childController, orAborted, orLate } from '../base/signals.ts';

/** What a {@link Source} works with. */
export interface SourceSetup {
  readonly clock: Clock;
  readonly object: Downloadable;
  readonly produceTimeoutMs: number;
  /** Aborts when the pull ends. */
  readonly signal: AbortSignal;
}

/** The signal of one call, made when somebody looks at it: most objects never do, and it costs more than the rest of a call. */
export class CallSignal {
  readonly #pull: AbortSignal;
  #child: ChildController | undefined;

  constructor(pull: AbortSignal) {
    this.#pull = pull;
  }

  /** Aborts when nobody wants the result of the call any more. */
  get signal(): AbortSignal {
    return (this.#child ??= childController(this.#pull)).signal;
  }

  /** The call failed or was given up. */
  abort(reason: unknown): void {
    this.#child?.abort(reason);
  }

  /** The call is over. */
  detach(): void {
    this.#child?.detach();
  }
}

/** The calls of one pull to its object: each bounded, signalled, and waited for in the end (rules S4, S6, E3). */
export class Source {
  readonly #setup: SourceSetup;
  readonly #running = new Set<Promise<unknown>>();

  constructor(setup: SourceSetup) {
    this.#setup = setup;
  }

  /**
   * Calls the object, and gives at once what it gives at once. Fails with `producer_failed` when it throws or takes too long,
   * and as soon as the pull ends; what it does afterwards is only waited for, by {@link drained}.
   */
  call<T>(name: string, call: (own: CallSignal) => T | PromiseLike<T>): MaybePromise<T> {
    const { signal } = this.#setup;
    signal.throwIfAborted();
    const own = new CallSignal(signal);
    let result: T | PromiseLike<T>;
    try {
      result = call(own);
    } catch (error) {
      throw this.#failed(name, own, error);
    }
    if (isPromise(result)) return this.#awaited(name, own, result);
    own.detach();
    signal.throwIfAborted();
    return result;
  }

  /** Whether none of the object's calls runs. */
  get isIdle(): boolean {
    return this.#running.size === 0;
  }

  /** Resolves when none of the object's calls runs any more. */
  async drained(): Promise<void> {
    await Promise.all(this.#running);
  }

  async #awaited<T>(name: string, own: CallSignal, running: PromiseLike<T>): Promise<T> {
    const over = Promise.resolve(running)
      .then(ignore, ignore)
      .finally(() => this.#running.delete(over));
    this.#running.add(over);
    try {
      const result = await this.#bounded(running);
      this.#setup.signal.throwIfAborted();
      return result;
    } catch (error) {
      throw this.#failed(name, own, error);
    } finally {
      own.detach();
    }
  }

  #failed(name: string, own: CallSignal, error: unknown): unknown {
    own.abort(error);
    return this.#setup.signal.aborted ? error : producerFailed(name, error);
  }

  async #bounded<T>(running: PromiseLike<T>): Promise<T> {
    const { clock, object, produceTimeoutMs, signal } = this.#setup;
    if (object.mayWait) return orAborted(running, signal);
    const result = await orLate(clock, running, produceTimeoutMs, signal);
    if (result === 'late') throw new LateError(`took longer than ${produceTimeoutMs} ms`);
    return result;
  }
}

const ignore = (): void => {};
class LateError extends Error {}

/** What the receiver is told. What went wrong in detail stays with the owner, as the cause: a message may name paths. */
function producerFailed(name: string, error: unknown): DownloadError {
  const failed = `failed (${error instanceof Error ? error.name : 'thrown value'})`;
  const why = error instanceof LateError ? error.message : failed;
  return new DownloadError('producer_failed', `${name}() ${why}`, { cause: error });
}
