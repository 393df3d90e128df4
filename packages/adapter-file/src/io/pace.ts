// A disk call on the calling thread costs nothing beside the copy, one on the thread pool about 0.1 ms more; a megabyte from or to the
// page cache takes 0.1 to 0.4 ms. But a disk that has to be waited for must not hold up everything else (rule S4).
const slowMs = 5;

/**
 * Decides where the calls of one open file run: on the calling thread as long as the last one was quick, otherwise on the
 * thread pool. The first one always runs on the pool, so a disk that does not answer at all blocks nothing.
 */
export class Pace {
  readonly #now: () => number;
  #quick = false;

  /** `now` in milliseconds, monotonic. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Runs one call in the place that the last one recommends. */
  async run<T>(inline: () => T, pooled: () => Promise<T>): Promise<T> {
    const startedMs = this.#now();
    const result = this.#quick ? inline() : await pooled();
    this.#quick = this.#now() - startedMs < slowMs;
    return result;
  }
}
