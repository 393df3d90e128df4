import type { Clock } from '../base/clock.ts';

/** Has a transaction judged when a deadline may have passed, with one timer. */
export class Watch {
  readonly #clock: Clock;
  readonly #nextDeadlineMs: () => number;
  readonly #judge: () => void;
  #atMs = Infinity;
  #cancel: () => void = () => {};

  /** `judge` is called strictly after what `nextDeadlineMs` says; it calls {@link stop} when nothing is to be watched. */
  constructor(clock: Clock, nextDeadlineMs: () => number, judge: () => void) {
    this.#clock = clock;
    this.#nextDeadlineMs = nextDeadlineMs;
    this.#judge = judge;
  }

  /** A deadline at `atMs` has come up. Activity only moves deadlines on and needs no word. */
  noLaterThan(atMs: number): void {
    if (atMs >= this.#atMs) return;
    this.#cancel();
    this.#atMs = atMs;
    // Strictly later than the deadline, and never in a tight row.
    const waitMs = Math.max(atMs - this.#clock.now(), 0) + 1;
    this.#cancel = this.#clock.setTimer(waitMs, () => this.#turn());
  }

  stop(): void {
    this.#cancel();
    this.#atMs = -Infinity;
  }

  // Messages that came before this instant, or in it, are taken before it is judged (rule D10): after a pause of the whole
  // process they still wait to be read when the timer is already over.
  #turn(): void {
    this.#cancel = this.#clock.setTimer(0, () => {
      this.#judge();
      if (this.#atMs === -Infinity) return;
      this.#atMs = Infinity;
      this.noLaterThan(this.#nextDeadlineMs());
    });
  }
}
