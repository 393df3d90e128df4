import type { Clock } from '../base/clock.ts';
import type { Downloadable } from '../base/downloadable.ts';
import { DownloadError } from '../base/errors.ts';
import { childController, orAborted, orLate } from '../base/signals.ts';

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
  readonly #running = new Set<Promise<unknown>>();

  constructor(setup: SourceSetup) {
    this.#setup = setup;
  }

  /**
   * Calls the object. Rejects with `producer_failed` when that throws or takes too long, and as soon as the pull ends;
   * what it does afterwards is only waited for, by {@link drained}.
   */
  async call<T>(name: string, call: (signal: AbortSignal) => T | PromiseLike<T>): Promise<T> {
    const { signal } = this.#setup;
    signal.throwIfAborted();
    const child = childController(signal);
    try {
      const result = await this.#bounded(this.#run(() => call(child.signal)));
      signal.throwIfAborted();
      return result;
    } catch (error) {
      child.abort(error);
      throw signal.aborted ? error : producerFailed(name, error);
    } finally {
      child.detach();
    }
  }

  /** Resolves when none of the object's calls runs any more. */
  async drained(): Promise<void> {
    await Promise.all(this.#running);
  }

  #run<T>(call: () => T | PromiseLike<T>): Promise<T> {
    const running = new Promise<T>((resolve) => {
      resolve(call());
    });
    const over = running.then(ignore, ignore).finally(() => this.#running.delete(over));
    this.#running.add(over);
    return running;
  }

  async #bounded<T>(running: Promise<T>): Promise<T> {
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
