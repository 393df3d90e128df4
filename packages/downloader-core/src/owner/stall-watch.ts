import type { Clock } from '../base/clock.ts';
import { type Place, Roll } from '../base/roll.ts';
import type { BudgetObserver } from './byte-budget.ts';

/** One chunk that was handed to the transport. */
export interface Send {
  readonly receiverId: string;
  readonly sinceMs: number;
  readonly takeBack: () => void;
}

/** What a {@link StallWatch} works with. */
export interface StallWatchSetup {
  readonly clock: Clock;
  /** How long a chunk may stay untaken while others wait, in milliseconds. */
  readonly stallMs: number;
  /** Whether another receiver waits for what this one holds. */
  readonly othersWait: (receiverId: string) => boolean;
}

/** Takes back what a receiver does not take while others wait for the memory (rule M2). */
export class StallWatch implements BudgetObserver {
  readonly #setup: StallWatchSetup;
  /** Oldest first. */
  readonly #sends = new Roll<Send>();
  #waitingSinceMs: number | undefined;
  #cancelTimer: (() => void) | undefined;

  constructor(setup: StallWatchSetup) {
    this.#setup = setup;
  }

  /** Watches a chunk that goes out, until it is said to be taken; `takeBack` is called when it is stalled. */
  begin(receiverId: string, takeBack: () => void): Place<Send> {
    const place = this.#sends.add({ receiverId, sinceMs: this.#setup.clock.now(), takeBack });
    this.#arm();
    return place;
  }

  /** The transport has taken it. */
  taken(send: Place<Send>): void {
    this.#sends.delete(send);
  }

  waitingChanged(isWaiting: boolean): void {
    this.#waitingSinceMs = isWaiting ? this.#setup.clock.now() : undefined;
    if (isWaiting) return this.#arm();
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  // What is due and held by the only one who waits is looked at again, but not without pause.
  #arm(): void {
    const oldest = this.#sends.first;
    if (this.#waitingSinceMs === undefined || this.#cancelTimer || !oldest) return;
    const { clock, stallMs } = this.#setup;
    const leftMs = Math.max(oldest.sinceMs, this.#waitingSinceMs) + stallMs - clock.now();
    this.#cancelTimer = clock.setTimer(leftMs > 0 ? leftMs : stallMs, () => this.#check());
  }

  #check(): void {
    const { clock, stallMs, othersWait } = this.#setup;
    const waitingSinceMs = this.#waitingSinceMs ?? Infinity;
    const isStalled = ({ value: { receiverId, sinceMs } }: Place<Send>): boolean =>
      clock.now() - Math.max(sinceMs, waitingSinceMs) >= stallMs && othersWait(receiverId);
    const stalled = [...this.#sends.places()].filter(isStalled);
    this.#cancelTimer = undefined;
    for (const send of stalled) {
      this.#sends.delete(send);
      send.value.takeBack();
    }
    this.#arm();
  }
}
