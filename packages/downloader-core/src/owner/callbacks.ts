import type { Clock } from '../base/clock.ts';
import { isPromise, type MaybePromise } from '../base/maybe-promise.ts';
import type { Logger } from '../base/logger.ts';
import { orLate } from '../base/signals.ts';
import { reasonOf } from '../base/text.ts';

/** Runs callbacks of the application, each isolated from the engine and from the others (rule E4). */
export class Callbacks {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #timeoutMs: number;
  readonly #closing = new AbortController();

  constructor(clock: Clock, logger: Logger, timeoutMs: number) {
    this.#clock = clock;
    this.#logger = logger;
    this.#timeoutMs = timeoutMs;
  }

  /** Waits for no callback any more; those that come are still called. */
  close(): void {
    this.#closing.abort();
  }

  /** Calls it now. It is over at once, or resolves when it is or `timeoutMs` have passed; never rejects. */
  run(name: string, callback: () => unknown): MaybePromise<void> {
    try {
      const result = callback();
      return isPromise(result) ? this.#bounded(name, result) : undefined;
    } catch (error) {
      this.#failed(name, error);
    }
  }

  async #bounded(name: string, running: PromiseLike<unknown>): Promise<void> {
    try {
      const late = await orLate(this.#clock, running, this.#timeoutMs, this.#closing.signal);
      if (late === 'late')
        this.#logger.warn(`${name} has taken longer than ${this.#timeoutMs} ms; going on without it`);
    } catch (error) {
      const { signal } = this.#closing;
      if (!signal.aborted || error !== signal.reason) this.#failed(name, error);
    }
  }

  #failed(name: string, error: unknown): void {
    this.#logger.error(`${name} threw: ${reasonOf(error)}`, { error });
  }
}
