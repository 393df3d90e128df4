import { abortReason, type Clock } from '@towline/downloader-core/spi';

/** Tries something. When its signal aborts, also after it succeeded, it gives up and leaves nothing open. */
export type Attempt<T> = (signal: AbortSignal) => Promise<T>;

export interface RaceOptions {
  readonly clock: Clock;
  /** How long an attempt is alone before the next begins. */
  readonly staggerMs: number;
  readonly signal: AbortSignal;
}

/**
 * The first success of several attempts. The next begins when one failed, or `staggerMs` after the last began, as in
 * RFC 8305 ("Happy Eyeballs"); all but the winner are aborted. Rejects with an `AggregateError` of every failure, or
 * with the signal's reason.
 */
export function firstOf<T>(attempts: readonly Attempt<T>[], options: RaceOptions): Promise<T> {
  return new Race(attempts, options).result;
}

class Race<T> {
  readonly result: Promise<T>;
  readonly #options: RaceOptions;
  readonly #waiting: Attempt<T>[];
  readonly #running = new Set<AbortController>();
  readonly #failures: unknown[] = [];
  #settle: { readonly resolve: (value: T) => void; readonly reject: (cause: unknown) => void } | undefined;
  #cancelTimer: () => void = () => {};

  constructor(attempts: readonly Attempt<T>[], options: RaceOptions) {
    this.#options = options;
    this.#waiting = [...attempts];
    this.result = new Promise((resolve, reject) => (this.#settle = { resolve, reject }));
    if (options.signal.aborted) this.#onAbort();
    else {
      options.signal.addEventListener('abort', this.#onAbort);
      this.#startNext();
    }
  }

  #startNext(): void {
    this.#cancelTimer();
    const attempt = this.#waiting.shift();
    if (!attempt) return this.#failIfOver();
    const controller = new AbortController();
    this.#running.add(controller);
    this.#cancelTimer = this.#options.clock.setTimer(this.#options.staggerMs, () => this.#startNext());
    attempt(controller.signal).then(
      (value) => this.#succeed(controller, value),
      (failure: unknown) => this.#fail(controller, failure),
    );
  }

  #succeed(winner: AbortController, value: T): void {
    this.#running.delete(winner);
    // A second success at the same instant has been aborted already.
    if (winner.signal.aborted) return;
    this.#stop();
    this.#settle?.resolve(value);
  }

  #fail(controller: AbortController, failure: unknown): void {
    this.#running.delete(controller);
    if (controller.signal.aborted) return;
    this.#failures.push(failure);
    this.#startNext();
  }

  #failIfOver(): void {
    if (this.#running.size > 0) return;
    this.#stop();
    this.#settle?.reject(new AggregateError(this.#failures, 'every attempt failed'));
  }

  readonly #onAbort = (): void => {
    this.#stop();
    this.#settle?.reject(abortReason(this.#options.signal));
  };

  #stop(): void {
    this.#waiting.length = 0;
    this.#cancelTimer();
    this.#options.signal.removeEventListener('abort', this.#onAbort);
    for (const controller of this.#running) controller.abort();
  }
}
