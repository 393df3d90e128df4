import type { Clock } from './clock.ts';

/**
 * Tells when nothing was heard for too long while somebody waits. However often it is broken, it sets one timer per `limitMs`:
 * one that finds the silence too young is set again for what is left.
 */
export class Silence {
  readonly #clock: Clock;
  readonly #limitMs: number;
  readonly #onTooLong: () => void;
  #isWaiting = false;
  #sinceMs = 0;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, limitMs: number, onTooLong: () => void) {
    this.#clock = clock;
    this.#limitMs = limitMs;
    this.#onTooLong = onTooLong;
  }

  /** Somebody begins to wait: from here on silence counts. */
  begin(): void {
    this.#isWaiting = true;
    this.broken();
    if (!this.#cancel) this.#arm(this.#limitMs);
  }

  /** Something was heard. */
  broken(): void {
    this.#sinceMs = this.#clock.now();
  }

  /** Nobody waits for now. */
  pause(): void {
    this.#isWaiting = false;
  }

  /** It is over: no timer is left. */
  stop(): void {
    this.pause();
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #arm(delayMs: number): void {
    this.#cancel = this.#clock.setTimer(delayMs, () => {
      this.#cancel = undefined;
      if (!this.#isWaiting) return;
      const leftMs = this.#sinceMs + this.#limitMs - this.#clock.now();
      if (leftMs > 0) this.#arm(leftMs);
      else this.#onTooLong();
    });
  }
}
