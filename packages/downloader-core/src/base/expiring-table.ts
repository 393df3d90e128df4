import type { Clock } from './clock.ts';

/**
 * A table whose entries last `ttlMs` (at exactly that age they are still there) and whose number is capped: the oldest go
 * first. It has no timer: what is over goes when the table is next used.
 */
export class ExpiringTable<T> {
  readonly #clock: Clock;
  readonly #ttlMs: number;
  readonly #capacity: number;
  readonly #entries = new Map<string, { readonly value: T; readonly madeMs: number }>();

  constructor(clock: Clock, ttlMs: number, capacity: number) {
    this.#clock = clock;
    this.#ttlMs = ttlMs;
    this.#capacity = capacity;
  }

  get size(): number {
    this.#sweep();
    return this.#entries.size;
  }

  set(key: string, value: T): void {
    this.#entries.delete(key);
    this.#entries.set(key, { value, madeMs: this.#clock.now() });
    this.#sweep();
  }

  get(key: string): T | undefined {
    this.#sweep();
    return this.#entries.get(key)?.value;
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
  }

  // The order of a Map is the order of setting, so all that is over stands in front.
  #sweep(): void {
    const nowMs = this.#clock.now();
    for (const [key, { madeMs }] of this.#entries) {
      if (nowMs - madeMs <= this.#ttlMs && this.#entries.size <= this.#capacity) return;
      this.#entries.delete(key);
    }
  }
}
