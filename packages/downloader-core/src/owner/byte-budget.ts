import { abortReason, onAbort } from '../base/signals.ts';
import { Holdings } from './holdings.ts';

/** Bytes that were set aside. `shrink` gives a part back, `release` all; releasing twice does nothing. */
export interface Reservation {
  readonly bytes: number;
  /** Keeps only `bytes` of it. */
  shrink(bytes: number): void;
  release(): void;
}

/** What is set aside for one chunk, or `standing`: for as long as a download is open. */
export type ReservationKind = 'passing' | 'standing';

/** How bytes are asked for. */
export interface ReservationOptions {
  readonly kind?: ReservationKind;
  /** The receiver that they are for; without one, nobody's share counts. */
  readonly receiverId?: string;
}

/** Who lives by the budget beside those who reserve. */
export interface BudgetObserver {
  /** Gives back `bytes` of what is held only because it could be of use again, or as many as there are. */
  giveUp?(bytes: number): void;
  /** Somebody begins to wait, or the last one has ceased to. */
  waitingChanged?(isWaiting: boolean): void;
}

interface Waiter {
  readonly bytes: number;
  readonly receiverId: string | undefined;
  grant(): void;
}

/**
 * The service's one budget for bytes that the owner holds (rules M1, M2). First come, first served: nobody overtakes one
 * who waits, unless that one holds more than its share. What does not fit beside others runs alone; what stands does not
 * count for that, or a chunk could wait for the end of its own download.
 */
export class ByteBudget {
  readonly totalBytes: number;
  readonly #observers: BudgetObserver[] = [];
  readonly #holdings = new Holdings();
  #usedBytes = 0;
  #standingBytes = 0;
  #peakBytes = 0;
  #queue: Waiter[] = [];
  readonly #giveBack: Readonly<Record<ReservationKind, (bytes: number) => void>> = {
    passing: (bytes) => this.#given(bytes, 'passing'),
    standing: (bytes) => this.#given(bytes, 'standing'),
  };

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

  observe(observer: BudgetObserver): void {
    this.#observers.push(observer);
  }

  /** Sets `bytes` aside now, or returns nothing when that would overtake somebody or pass the budget. */
  tryReserve(bytes: number, { kind = 'passing' }: ReservationOptions = {}): Reservation | undefined {
    if (this.#queue.length > 0) return undefined;
    if (!this.#fits(bytes)) this.#makeRoom(bytes);
    return this.#fits(bytes) ? this.#take(bytes, kind) : undefined;
  }

  /** Sets `bytes` aside as soon as it is this caller's turn and they fit. Rejects with the signal's reason. */
  reserve(bytes: number, signal: AbortSignal, options: ReservationOptions = {}): Promise<Reservation> {
    if (signal.aborted) return Promise.reject(abortReason(signal));
    const now = this.tryReserve(bytes, options);
    if (now) return Promise.resolve(now);
    return new Promise((resolve, reject) => {
      const stopFollowing = onAbort(signal, () => {
        this.#leave(waiter);
        reject(abortReason(signal));
        this.#serveQueue();
      });
      const waiter: Waiter = {
        bytes,
        receiverId: options.receiverId,
        grant: () => {
          stopFollowing();
          resolve(this.#take(bytes, options.kind ?? 'passing'));
        },
      };
      this.#queue.push(waiter);
      if (this.#queue.length === 1) this.#tellWaiting(true);
    });
  }

  /** Notes that a receiver holds bytes of the budget, its own or shared ones, until it lets go of as many. */
  hold(receiverId: string, bytes: number): void {
    this.#holdings.add(receiverId, bytes);
  }

  /** Ends what {@link hold} began. */
  letGo(receiverId: string, bytes: number): void {
    this.#holdings.add(receiverId, -bytes);
    this.#serveQueue();
  }

  /** Whether another receiver than this one waits. */
  othersWait(receiverId: string | undefined): boolean {
    return this.#queue.some((waiter) => waiter.receiverId !== receiverId);
  }

  /** Whether a receiver would pass its share with `bytes` more while others wait: one chunk it may always hold. */
  mustYield(receiverId: string | undefined, bytes: number): boolean {
    if (receiverId === undefined || !this.#holdings.holds(receiverId) || !this.othersWait(receiverId)) return false;
    const waiting = this.#queue.map((waiter) => waiter.receiverId).filter((id) => id !== undefined);
    return this.#holdings.passesShare(receiverId, bytes, this.totalBytes, waiting);
  }

  #fits(bytes: number): boolean {
    return this.#usedBytes === this.#standingBytes || this.#usedBytes + bytes <= this.totalBytes;
  }

  #makeRoom(bytes: number): void {
    const missing = Math.min(this.#usedBytes + bytes - this.totalBytes, this.#usedBytes);
    for (const observer of this.#observers) observer.giveUp?.(missing);
  }

  #take(bytes: number, kind: ReservationKind): Reservation {
    this.#change(bytes, kind);
    this.#peakBytes = Math.max(this.#peakBytes, this.#usedBytes);
    return new Taken(bytes, this.#giveBack[kind]);
  }

  #given(bytes: number, kind: ReservationKind): void {
    this.#change(-bytes, kind);
    this.#serveQueue();
  }

  #change(by: number, kind: ReservationKind): void {
    this.#usedBytes += by;
    if (kind === 'standing') this.#standingBytes += by;
  }

  #serveQueue(): void {
    if (this.#queue.length === 0) return;
    for (let next = this.#next(); next && this.#fits(next.bytes); next = this.#next()) {
      this.#leave(next);
      next.grant();
    }
  }

  #next(): Waiter | undefined {
    return this.#queue.find(({ receiverId, bytes }) => !this.mustYield(receiverId, bytes));
  }

  #leave(waiter: Waiter): void {
    this.#queue = this.#queue.filter((other) => other !== waiter);
    if (this.#queue.length === 0) this.#tellWaiting(false);
  }

  #tellWaiting(isWaiting: boolean): void {
    for (const observer of this.#observers) observer.waitingChanged?.(isWaiting);
  }
}

/** A reservation; one a chunk, so it is made of little. */
class Taken implements Reservation {
  readonly #giveBack: (bytes: number) => void;
  #bytes: number;

  constructor(bytes: number, giveBack: (bytes: number) => void) {
    this.#bytes = bytes;
    this.#giveBack = giveBack;
  }

  get bytes(): number {
    return this.#bytes;
  }

  shrink(keep: number): void {
    const less = this.#bytes - keep;
    if (less <= 0) return;
    this.#bytes = keep;
    this.#giveBack(less);
  }

  release(): void {
    this.shrink(0);
  }
}
