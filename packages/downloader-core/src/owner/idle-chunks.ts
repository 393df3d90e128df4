import type { Clock } from '../base/clock.ts';
import type { BudgetObserver } from './byte-budget.ts';

/** Something that is kept for those who may come for it. */
export interface Kept {
  readonly bytes: number;
  /** Gives it up: it was not wanted in time, or its memory is needed. */
  readonly drop: () => void;
}

/** What {@link IdleChunks} works with. */
export interface IdleChunksSetup {
  readonly clock: Clock;
  /** The most bytes kept. */
  readonly mostBytes: number;
  /** How long they are kept, in milliseconds. */
  readonly longestMs: number;
  /** Whether somebody waits for memory: then nothing is kept. */
  readonly isMemoryWanted: () => boolean;
}

/** What nobody reads just now, over all objects: kept up to a limit and an age, oldest out first (rule M2). */
export class IdleChunks implements BudgetObserver {
  readonly #setup: IdleChunksSetup;
  /** With the time since when it is kept; oldest first. */
  readonly #kept = new Map<Kept, number>();
  #bytes = 0;
  #cancelTimer: (() => void) | undefined;

  constructor(setup: IdleChunksSetup) {
    this.#setup = setup;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get mostBytes(): number {
    return this.#setup.mostBytes;
  }

  /** Keeps it, unless somebody waits for its memory: then it is dropped at once. */
  keep(kept: Kept): void {
    if (this.#setup.isMemoryWanted()) return kept.drop();
    this.#kept.set(kept, this.#setup.clock.now());
    this.#bytes += kept.bytes;
    this.giveUp(this.#bytes - this.#setup.mostBytes);
    this.#arm();
  }

  /** It is used again, or gone. */
  forget(kept: Kept): void {
    if (this.#kept.delete(kept)) this.#bytes -= kept.bytes;
    if (this.#kept.size > 0) return;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  giveUp(bytes: number): void {
    const enough = this.#bytes - bytes;
    for (const kept of this.#kept.keys()) {
      if (this.#bytes <= enough) return;
      this.#dropOne(kept);
    }
  }

  #dropOne(kept: Kept): void {
    this.forget(kept);
    kept.drop();
  }

  #arm(): void {
    const [oldestMs] = this.#kept.values();
    if (this.#cancelTimer || oldestMs === undefined) return;
    const { clock, longestMs } = this.#setup;
    this.#cancelTimer = clock.setTimer(Math.max(oldestMs + longestMs - clock.now(), 0), () => this.#expire());
  }

  #expire(): void {
    const { clock, longestMs } = this.#setup;
    this.#cancelTimer = undefined;
    for (const [kept, sinceMs] of this.#kept) {
      if (clock.now() - sinceMs < longestMs) break;
      this.#dropOne(kept);
    }
    this.#arm();
  }
}
