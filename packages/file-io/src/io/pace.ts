import type { MaybePromise } from '@towline/downloader-core/spi';

// A disk call on the calling thread costs nothing beside its work, one on the thread pool 30 to 100 µs more, and milliseconds
// where every processor is busy; a small file from the page cache takes 15 µs, a megabyte 100 to 250. But a disk that has to be
// waited for must not hold up everything else (rule S4).
const slowMs = 5;

/** How long the calls of a process may hold up one turn of its event loop, in milliseconds. */
const mostHeldUpMs = 16;

/** What all disk calls on one thread together take of a turn of its event loop. */
export class Turn {
  #heldUpMs = 0;
  #next: Promise<void> | undefined;

  /** Whether nothing more should run in it. */
  get isFull(): boolean {
    return this.#heldUpMs >= mostHeldUpMs;
  }

  /** A call took `ms` of it. */
  heldUp(ms: number): void {
    this.#heldUpMs += ms;
    void this.next();
  }

  /** Resolves in the next one. */
  next(): Promise<void> {
    this.#next ??= new Promise((resolve) => {
      setImmediate(() => {
        this.#next = undefined;
        this.#heldUpMs = 0;
        resolve();
      });
    });
    return this.#next;
  }
}

const ofThisThread = new Turn();

/**
 * Decides where the disk calls of one file or folder run: on the calling thread as long as they are quick, otherwise on the
 * thread pool; and when: those of all files together leave the rest of a turn of the event loop to others after 16 ms. The first
 * call always runs on the pool, so a disk that does not answer at all blocks nothing; so does the next one after a call that took
 * 5 ms, until one is quick again.
 */
export class Pace {
  readonly #now: () => number;
  readonly #turn: Turn;
  #isSlow = true;

  /** `now` in milliseconds, monotonic. */
  constructor(now: () => number = () => performance.now(), turn: Turn = ofThisThread) {
    this.#now = now;
    this.#turn = turn;
  }

  /** Runs one call, which is given in both forms, in one of the two places: on the calling thread it is mostly over at once. */
  run<T>(inline: () => T, pooled: () => Promise<T>): MaybePromise<T> {
    if (this.#isSlow) return this.#onPool(pooled);
    if (this.#turn.isFull) return this.#turn.next().then(() => this.run(inline, pooled));
    const startedMs = this.#now();
    const result = inline();
    const ms = this.#now() - startedMs;
    this.#isSlow = ms >= slowMs;
    this.#turn.heldUp(ms);
    return result;
  }

  async #onPool<T>(pooled: () => Promise<T>): Promise<T> {
    const startedMs = this.#now();
    const result = await pooled();
    this.#isSlow = this.#now() - startedMs >= slowMs;
    return result;
  }
}
