// A disk call on the calling thread costs nothing beside its work, one on the thread pool 30 to 100 µs more; a small file from the
// page cache takes 15 µs, a megabyte 100. But a disk that has to be waited for must not hold up everything else (rule S4).
const heldUpMs = 5;

/**
 * Decides where disk calls run: on the calling thread as long as they are quick and have not held it up for 5 ms since it
 * was last left alone, otherwise on the thread pool. The first call always runs on the pool, so a disk that does not
 * answer at all blocks nothing.
 */
export class Pace {
  readonly #now: () => number;
  #heldUpMs = Infinity;

  /** `now` in milliseconds, monotonic. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Runs one call, which is given in both forms, in one of the two places. */
  async run<T>(inline: () => T, pooled: () => Promise<T>): Promise<T> {
    const startedMs = this.#now();
    if (this.#heldUpMs < heldUpMs) {
      const result = inline();
      this.#heldUpMs += this.#now() - startedMs;
      return result;
    }
    const result = await pooled();
    const elapsedMs = this.#now() - startedMs;
    this.#heldUpMs = elapsedMs < heldUpMs ? 0 : Infinity;
    return result;
  }
}
