import type { Clock } from '@towline/downloader-core/spi';

interface Timer {
  readonly dueAtMs: number;
  readonly callback: () => void;
}

/** A clock that stands still until it is advanced. */
export class TestClock implements Clock {
  #nowMs = 0;
  readonly #timers = new Set<Timer>();
  readonly #watchers = new Map<number, () => void>();

  now(): number {
    return this.#nowMs;
  }

  wallNow(): number {
    return this.#nowMs;
  }

  setTimer(delayMs: number, callback: () => void): () => void {
    const timer = { dueAtMs: this.#nowMs + delayMs, callback };
    this.#timers.add(timer);
    this.#watchers.get(delayMs)?.();
    this.#watchers.delete(delayMs);
    return () => void this.#timers.delete(timer);
  }

  get pending(): number {
    return this.#timers.size;
  }

  /** Resolves when the next timer of exactly `delayMs` is set. */
  timerSet(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.#watchers.set(delayMs, resolve));
  }

  /** Runs what falls due, in order of time. */
  advance(ms: number): void {
    const untilMs = this.#nowMs + ms;
    for (;;) {
      const due = [...this.#timers].filter(({ dueAtMs }) => dueAtMs <= untilMs);
      const [next] = due.toSorted((one, other) => one.dueAtMs - other.dueAtMs);
      if (!next) break;
      this.#timers.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.dueAtMs);
      next.callback();
    }
    this.#nowMs = untilMs;
  }
}
