import { type Clock, DownloadError } from '@towline/downloader-core/spi';
import { settle } from './settle.ts';

interface Timer {
  readonly dueAtMs: number;
  readonly callback: () => void;
}

/**
 * The clock of tests: time stands still until {@link advance} moves it. Timers run in the order of their time, those of
 * one time in the order of their making, and what each sets in motion comes to rest before the next.
 */
export class ManualClock implements Clock {
  #nowMs = 0;
  #wallOffsetMs: number;
  readonly #timers = new Set<Timer>();

  /** `wallStartMs` is what {@link wallNow} says at the start, in milliseconds since the Unix epoch. */
  constructor(wallStartMs: number = Date.UTC(2026, 0, 1)) {
    this.#wallOffsetMs = wallStartMs;
  }

  now(): number {
    return this.#nowMs;
  }

  wallNow(): number {
    return this.#wallOffsetMs + this.#nowMs;
  }

  setTimer(delayMs: number, callback: () => void): () => void {
    const timer: Timer = { dueAtMs: this.#nowMs + Math.max(delayMs, 0), callback };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /** How many timers wait. A test that ends with 0 has left none behind. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Moves the wall clock alone, by a positive or negative number of milliseconds. */
  jumpWall(byMs: number): void {
    this.#wallOffsetMs += byMs;
  }

  /** Moves time on by `ms` (0 lets only what is due run) and runs every timer that falls due, also those set meanwhile. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    await settle();
    for (let timer = this.#earliest(untilMs); timer; timer = this.#earliest(untilMs)) {
      this.#run(timer);
      // Each timer's consequences come to rest before the next is even chosen.
      await settle();
    }
    this.#nowMs = untilMs;
  }

  /**
   * Jumps from timer to timer until `promise` settles, and settles as it does. Throws `timeout` when that takes more
   * than `limitMs` (default an hour), or when no timer is left that could ever bring it about.
   */
  async runUntil<T>(promise: Promise<T>, limitMs = 3_600_000): Promise<T> {
    const untilMs = this.#nowMs + limitMs;
    const state = { isSettled: false };
    const mark = (): void => void (state.isSettled = true);
    promise.then(mark, mark);
    await settle();
    while (!state.isSettled) {
      const timer = this.#earliest(untilMs);
      if (!timer) throw new DownloadError('timeout', this.#stuck(limitMs), { side: 'local' });
      this.#run(timer);
      await settle();
    }
    return promise;
  }

  #earliest(untilMs: number): Timer | undefined {
    let earliest: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.dueAtMs <= untilMs && (!earliest || timer.dueAtMs < earliest.dueAtMs)) earliest = timer;
    }
    return earliest;
  }

  #run(timer: Timer): void {
    this.#timers.delete(timer);
    this.#nowMs = Math.max(this.#nowMs, timer.dueAtMs);
    timer.callback();
  }

  #stuck(limitMs: number): string {
    return this.pending === 0
      ? 'the promise is pending and no timer is left'
      : `the promise is pending after ${limitMs} ms`;
  }
}
