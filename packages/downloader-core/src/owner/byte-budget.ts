import { abortReason, onAbort } from '../base/signals.ts';

/** Bytes that were set aside. `shrink` gives a part back, `release` all; releasing twice does nothing. */
export interface Reservation {
  readonly bytes: number;
  /** Keeps only `bytes` of it. */
  shrink(bytes: number): void;
  release(): void;
}

/** What is set aside for one chunk, or `standing`: for as long as a download is open. */
export type ReservationKind = 'passing' | 'standing';

interface Waiter {
  readonly bytes: number;
  grant(): void;
}

/**
 * The service's one budget for bytes that the owner holds (rule M1). First come, first served: nobody overtakes one who
 * waits. What does not fit beside others runs alone; what stands does not count for that, or a chunk could wait for the
 * end of its own download.
 */
export class ByteBudget {
  readonly totalBytes: number;
  #usedBytes = 0;
  #standingBytes = 0;
  #peakBytes = 0;
  #queue: Waiter[] = [];

  constructor(totalBytes: number) {
    this.totalBytes = totalBytes;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  get peakBytes(): number {
    return this.#peakBytes;
  }

  /** How many wait. */
  get waiting(): number {
    return this.#queue.length;
  }

  /** Sets `bytes` aside now, or returns nothing when that would overtake somebody or pass the budget. */
  tryReserve(bytes: number, kind: ReservationKind = 'passing'): Reservation | undefined {
    return this.#queue.length === 0 && this.#fits(bytes) ? this.#take(bytes, kind) : undefined;
  }

  /** Sets `bytes` aside as soon as it is this caller's turn and they fit. Rejects with the signal's reason. */
  reserve(bytes: number, signal: AbortSignal, kind: ReservationKind = 'passing'): Promise<Reservation> {
    if (signal.aborted) return Promise.reject(abortReason(signal));
    const now = this.tryReserve(bytes, kind);
    if (now) return Promise.resolve(now);
    return new Promise((resolve, reject) => {
      const stopFollowing = onAbort(signal, () => {
        this.#queue = this.#queue.filter((other) => other !== waiter);
        reject(abortReason(signal));
        this.#serveQueue();
      });
      const waiter: Waiter = {
        bytes,
        grant: () => {
          stopFollowing();
          resolve(this.#take(bytes, kind));
        },
      };
      this.#queue.push(waiter);
    });
  }

  #fits(bytes: number): boolean {
    return this.#usedBytes === this.#standingBytes || this.#usedBytes + bytes <= this.totalBytes;
  }

  #take(bytes: number, kind: ReservationKind): Reservation {
    let held = 0;
    const change = (by: number): void => {
      held += by;
      this.#usedBytes += by;
      if (kind === 'standing') this.#standingBytes += by;
    };
    change(bytes);
    this.#peakBytes = Math.max(this.#peakBytes, this.#usedBytes);
    const giveBack = (less: number): void => {
      if (less === 0) return;
      change(-less);
      this.#serveQueue();
    };
    return {
      get bytes() {
        return held;
      },
      shrink: (keep) => giveBack(Math.max(held - keep, 0)),
      release: () => giveBack(held),
    };
  }

  #serveQueue(): void {
    for (let next = this.#queue[0]; next && this.#fits(next.bytes); next = this.#queue[0]) {
      this.#queue.shift();
      next.grant();
    }
  }
}
