import type { Clock } from '../base/clock.ts';
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

  /** Calls it now. Resolves when it is over or `timeoutMs` have passed; never rejects. */
  async run(name: string, callback: () => unknown): Promise<void> {
    try {
      const result = callback();
      if (!isThenable(result)) return;
      const late = await orLate(this.#clock, result, this.#timeoutMs, this.#closing.signal);
      if (late === 'late')
        this.#logger.warn(`${name} has taken longer than ${this.#timeoutMs} ms; going on without it`);
    } catch (error) {
      const { signal } = this.#closing;
      if (signal.aborted && error === signal.reason) return;
      this.#logger.error(`${name} threw: ${reasonOf(error)}`, { error });
    }
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
