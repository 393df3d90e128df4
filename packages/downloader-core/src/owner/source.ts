import type { Clock } from '../base/clock.ts';
import type { Downloadable } from '../base/downloadable.ts';
import { DownloadError } from '../base/errors.ts';
import { isPromise, type MaybePromise } from '../base/maybe-promise.ts';
import { LazySignal, orAborted, orLate } from '../base/signals.ts';

/** What a {@link Source} works with. */
export interface SourceSetup {
  readonly clock: Clock;
  readonly object: Downloadable;
  readonly produceTimeoutMs: number;
  /** Aborts when the pull ends. */
  readonly signal: AbortSignal;
}

/** The calls of one pull to its object: each bounded, signalled, and waited for in the end (rules S4, S6, E3). */
export class Source {
  readonly #setup: SourceSetup;
  /** Most calls are over at once, and none is ever here. */
  #running: Set<Promise<unknown>> | undefined;

  constructor(setup: SourceSetup) {
    this.#setup = setup;
  }

  /**
   * Calls the object, and gives at once what it gives at once. Fails with `producer_failed` when it throws or takes too long,
   * and as soon as the pull ends; what it does afterwards is only waited for, by {@link drained}.
   */
  call<T>(name: string, call: (own: LazySignal) => T | PromiseLike<T>): MaybePromise<T> {
    const { signal } = this.#setup;
    signal.throwIfAborted();
    const own = new LazySignal(signal);
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
    return !this.#running?.size;
  }

  /** Resolves when none of the object's calls runs any more. */
  async drained(): Promise<void> {
    if (this.#running) await Promise.all(this.#running);
  }

  async #awaited<T>(name: string, own: LazySignal, running: PromiseLike<T>): Promise<T> {
    const over = Promise.resolve(running)
      .then(ignore, ignore)
      .finally(() => this.#running?.delete(over));
    (this.#running ??= new Set()).add(over);
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

  #failed(name: string, own: LazySignal, error: unknown): unknown {
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
