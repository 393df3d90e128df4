import type { Clock } from '../base/clock.ts';
import { deferred, type Deferred } from '../base/deferred.ts';
import { orLate } from '../base/signals.ts';

/** A pull of an object, as others of the same object see it. */
export interface Traveller {
  /** How many bytes its receiver has, or gets with what was sent. */
  readonly position: number;
  /** Pulls with the same id get the same bytes. */
  readonly requestId: number | undefined;
  /** Nothing more is sent to it. */
  readonly isThrough: boolean;
}

/** What a {@link Convoy} works with. */
export interface ConvoySetup<T extends Traveller> {
  readonly clock: Clock;
  /** How far behind one may be and still get what is kept for it, in bytes. */
  readonly nearBytes: number;
  readonly travellers: { values(): Iterable<T> };
}

// Who is so little ahead goes on: chunks that are still in sockets are no distance.
const partNotWaitedFor = 1 / 8;

/** The pulls of one object. Those near each other stay so: whoever leads lets the others catch up, as long as its patience lasts (rule M2). */
export class Convoy<T extends Traveller> {
  readonly #setup: ConvoySetup<T>;
  /** Those that somebody waits for. */
  readonly #awaited = new Map<T, Deferred<void>>();
  /** Those that were waited for in vain, and have not moved since: nobody waits for them, and nothing is kept. */
  readonly #stuck = new WeakSet<T>();
  /** When each moved last, or was first waited for. */
  readonly #movedAtMs = new WeakMap<T, number>();
  readonly #patience = new WeakMap<T, Patience>();

  constructor(setup: ConvoySetup<T>) {
    this.#setup = setup;
  }

  /** How many others are here or near behind, and will soon want the same bytes. */
  followersOf(leader: T): number {
    return this.#nearBehind(leader).length;
  }

  /** It was sent a chunk, or is sent nothing more. */
  moved(traveller: T): void {
    this.#awaited.get(traveller)?.resolve();
    this.#awaited.delete(traveller);
    this.#stuck.delete(traveller);
    this.#movedAtMs.set(traveller, this.#setup.clock.now());
  }

  /** Nothing, when the leader may go on at once; otherwise resolves when it may. Rejects with the signal's reason. */
  closeUp(leader: T, signal: AbortSignal): Promise<void> | undefined {
    return this.#hindmost(leader) && this.#patienceOf(leader).leftMs > 0 ? this.#wait(leader, signal) : undefined;
  }

  async #wait(leader: T, signal: AbortSignal): Promise<void> {
    const patience = this.#patienceOf(leader);
    for (let hindmost = this.#hindmost(leader); hindmost; hindmost = this.#hindmost(leader)) {
      const { leftMs } = patience;
      if (leftMs === 0) return;
      const move = orLate(this.#setup.clock, this.#move(hindmost), leftMs, signal);
      if ((await patience.during(move)) !== 'late') continue;
      if (this.#restsMs(hindmost) >= mostMs) this.#stuck.add(hindmost);
      return;
    }
  }

  /** How long it has not moved, in milliseconds. A leader that is short of patience cannot tell by its own wait who is stuck. */
  #restsMs(traveller: T): number {
    const nowMs = this.#setup.clock.now();
    return nowMs - (this.#movedAtMs.get(traveller) ?? nowMs);
  }

  #patienceOf(leader: T): Patience {
    const patience = this.#patience.get(leader) ?? new Patience(this.#setup.clock);
    this.#patience.set(leader, patience);
    return patience;
  }

  #move(traveller: T): Promise<void> {
    const known = this.#awaited.get(traveller) ?? deferred<void>();
    this.#awaited.set(traveller, known);
    if (!this.#movedAtMs.has(traveller)) this.#movedAtMs.set(traveller, this.#setup.clock.now());
    return known.promise;
  }

  /** The last of those near behind, if it is worth waiting for. */
  #hindmost(leader: T): T | undefined {
    const closeBytes = this.#setup.nearBytes * partNotWaitedFor;
    let hindmost: T | undefined;
    for (const other of this.#nearBehind(leader)) {
      const isLast = other.position < (hindmost?.position ?? leader.position - closeBytes);
      if (isLast) hindmost = other;
    }
    return hindmost;
  }

  #nearBehind(leader: T): T[] {
    const near: T[] = [];
    for (const other of this.#setup.travellers.values()) {
      if (other === leader || other.isThrough || this.#stuck.has(other)) continue;
      const behindBytes = leader.position - other.position;
      const isNear = behindBytes >= 0 && behindBytes <= this.#setup.nearBytes;
      if (isNear && other.requestId === leader.requestId) near.push(other);
    }
    return near;
  }
}

// A quarter of the time keeps receivers of like speed together; who is faster by more is ahead of what is kept within a second or two.
const partWaited = 1 / 4;
const mostMs = 50;

/** How long a pull may still wait for others: 50 ms at once, a quarter of the time in the long run. */
export class Patience {
  readonly #clock: Clock;
  #ms = mostMs;
  #sinceMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#sinceMs = clock.now();
  }

  /** In whole milliseconds. */
  get leftMs(): number {
    const nowMs = this.#clock.now();
    this.#ms = Math.min(this.#ms + (nowMs - this.#sinceMs) * partWaited, mostMs);
    this.#sinceMs = nowMs;
    return Math.max(Math.floor(this.#ms), 0);
  }

  /** What is waited for costs as much patience as it takes time. */
  async during<R>(work: Promise<R>): Promise<R> {
    const beganMs = this.#clock.now();
    try {
      return await work;
    } finally {
      this.#ms -= this.#clock.now() - beganMs;
    }
  }
}
