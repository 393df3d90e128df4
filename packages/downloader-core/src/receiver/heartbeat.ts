import { busyIntervalMs, type Clock } from '../base/clock.ts';
import { isPromise, type MaybePromise } from '../base/maybe-promise.ts';

/**
 * Says that we are busy while the owner waits for our move (rule S14): whenever a quarter of the time that it allows has
 * gone since we last said anything. Many short pieces of work count together, not each for itself.
 */
export class Heartbeat {
  readonly #clock: Clock;
  readonly #say: () => void;
  /** How long the owner allows us to be silent. */
  timeoutMs: number;
  #lastSaidMs: number;

  constructor(clock: Clock, timeoutMs: number, say: () => void) {
    this.#clock = clock;
    this.timeoutMs = timeoutMs;
    this.#say = say;
    this.#lastSaidMs = clock.now();
  }

  /** Notes that the owner was told something. */
  said(): void {
    this.#lastSaidMs = this.#clock.now();
  }

  /** Runs what the owner has to wait for; what is over at once, it does not. */
  during<T>(work: T | PromiseLike<T>): MaybePromise<T> {
    return isPromise(work) ? this.#beating(work) : work;
  }

  async #beating<T>(work: PromiseLike<T>): Promise<T> {
    const stop = this.#start();
    try {
      return await work;
    } finally {
      stop();
    }
  }

  #start(): () => void {
    let cancel: (() => void) | undefined;
    const schedule = (): void => {
      const dueInMs = this.#lastSaidMs + busyIntervalMs(this.timeoutMs) - this.#clock.now();
      if (dueInMs <= 0) beat();
      else cancel = this.#clock.setTimer(dueInMs, beat);
    };
    const beat = (): void => {
      this.#say();
      this.said();
      schedule();
    };
    schedule();
    return () => cancel?.();
  }
}
