import type { MaybePromise } from '@towline/downloader-core/spi';

// A disk call on the calling thread costs nothing beside its work, one on the thread pool 30 to 100 µs more, and milliseconds
// where every processor is busy; a small file from the page cache takes 15 µs, a megabyte 100. But a disk that has to be waited
// for must not hold up everything else (rule S4).
const heldUpMs = 5;

/**
 * Decides where disk calls run: on the calling thread as long as they are quick and have not held up this turn of the event
 * loop for 5 ms, otherwise on the thread pool. The first call always runs on the pool, so a disk that does not answer at all
 * blocks nothing; so does the next one after a call that took 5 ms, until one is quick again.
 */
export class Pace {
  readonly #now: () => number;
  #isSlow = true;
  /** In this turn of the event loop, while `#isTiming`. */
  #heldUpMs = 0;
  #isTiming = false;

  /** `now` in milliseconds, monotonic. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Runs one call, which is given in both forms, in one of the two places: on the calling thread it is over at once. */
  run<T>(inline: () => T, pooled: () => Promise<T>): MaybePromise<T> {
    const startedMs = this.#now();
    if (this.#isSlow || this.#heldUpMs >= heldUpMs) return this.#onPool(pooled, startedMs);
    const result = inline();
    this.#heldUpFor(this.#now() - startedMs);
    return result;
  }

  async #onPool<T>(pooled: () => Promise<T>, startedMs: number): Promise<T> {
    const result = await pooled();
    this.#isSlow = this.#now() - startedMs >= heldUpMs;
    this.#heldUpMs = 0;
    return result;
  }

  #heldUpFor(ms: number): void {
    this.#isSlow = ms >= heldUpMs;
    this.#heldUpMs += ms;
    if (this.#isTiming) return;
    this.#isTiming = true;
    setImmediate(() => {
      this.#isTiming = false;
      this.#heldUpMs = 0;
    });
  }
}
