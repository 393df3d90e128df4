import type { MaybePromise } from '@towline/downloader-core/spi';

// A disk call on the calling thread costs nothing beside its work, one on the thread pool 30 to 100 µs more, and tens of
// milliseconds where every processor is busy; a small file from the page cache takes 15 µs, a megabyte 100 to 250. But a disk that
// has to be waited for must not hold up everything else (rule S4).
const slowMs = 5;

/** How long a call may have been at work, in milliseconds: 4 MiB into memory that a host had taken back take 11. What ran longer was other threads. */
const mostAtWorkMs = 15;

/** How many calls in a row go to the thread pool at most before one shows again what the disk is like. */
const mostPooled = 64;

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

/** What tells a disk that is waited for from a processor that is. */
export interface Gauges {
  /** In milliseconds, monotonic. */
  now(): number;
  /** Of all threads of the process, so far. */
  used(): ProcessUse;
}

/** What a process has used up to a moment. */
export interface ProcessUse {
  /** How often its threads have gone to sleep by themselves; 0 where the system does not count that. */
  readonly sleeps: number;
  /** Processor time, in milliseconds. */
  readonly cpuMs: number;
}

const ofThisProcess: Gauges = {
  now: () => performance.now(),
  used: () => {
    const { voluntaryContextSwitches, userCPUTime, systemCPUTime } = process.resourceUsage();
    return { sleeps: voluntaryContextSwitches, cpuMs: (userCPUTime + systemCPUTime) / 1000 };
  },
};

/**
 * Decides where the disk calls of one file or folder run: on the calling thread as long as they are quick, otherwise on the
 * thread pool; and when: those of all files together leave the rest of a turn of the event loop to others after 16 ms. The first
 * call always runs on the pool, so a disk that does not answer at all blocks nothing. So does the next one after a call that took
 * 5 ms longer than it ran because it had to wait, the next two when the one after that had to as well, and so on. A call whose
 * thread never slept only waited for a processor, and the pool would wait for one twice.
 */
export class Pace {
  readonly #gauges: Gauges;
  readonly #turn: Turn;
  /** So many calls are to be answered there before one runs on the calling thread again. */
  #toPool = 1;
  #afterNextWait = 1;

  /** `gauges`: default those of this process. `turn`: shared by all whose calls count together; default one for the thread. */
  constructor(gauges: Gauges = ofThisProcess, turn: Turn = ofThisThread) {
    this.#gauges = gauges;
    this.#turn = turn;
  }

  /** Runs one call, which is given in both forms, in one of the two places: on the calling thread it is mostly over at once. */
  run<T>(inline: () => T, pooled: () => Promise<T>): MaybePromise<T> {
    if (this.#toPool > 0) return this.#onPool(pooled);
    if (this.#turn.isFull) return this.#turn.next().then(() => this.run(inline, pooled));
    const gauges = this.#gauges;
    const startedMs = gauges.now();
    const before = gauges.used();
    const result = inline();
    const ms = gauges.now() - startedMs;
    this.#turn.heldUp(ms);
    if (ms >= slowMs && hasSlept(before, gauges.used(), ms)) this.#hasWaited();
    else this.#afterNextWait = 1;
    return result;
  }

  async #onPool<T>(pooled: () => Promise<T>): Promise<T> {
    try {
      return await pooled();
    } finally {
      if (this.#toPool > 0) this.#toPool -= 1;
    }
  }

  #hasWaited(): void {
    this.#toPool = this.#afterNextWait;
    this.#afterNextWait = Math.min(this.#afterNextWait * 2, mostPooled);
  }
}

/** Whether a call of `ms` slept for long. Its thread may not be the one that did: then what all threads ran meanwhile was its work. */
function hasSlept(before: ProcessUse, after: ProcessUse, ms: number): boolean {
  const isAwake = after.sleeps === before.sleeps && after.sleeps > 0;
  return !isAwake && ms - Math.min(after.cpuMs - before.cpuMs, mostAtWorkMs) >= slowMs;
}
