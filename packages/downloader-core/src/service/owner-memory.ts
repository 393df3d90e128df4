import type { Clock } from '../base/clock.ts';
import { ByteBudget } from '../owner/byte-budget.ts';
import type { HeldBytes } from '../owner/owner.ts';
import { IdleChunks } from '../owner/idle-chunks.ts';
import { RequestShelf } from '../owner/request-shelf.ts';
import { StallWatch } from '../owner/stall-watch.ts';
import { maxRequestBytes } from '../wire/limits.ts';

/** What the owner's side may hold, and who takes care that it is shared (rules M1, M2). */
export interface OwnerMemory {
  readonly budget: ByteBudget;
  readonly idleChunks: IdleChunks;
  readonly stalls: StallWatch;
  readonly requests: RequestShelf;
}

// What is kept for a receiver that comes a little later than another.
const mostIdleBytes = 32 * 1024 * 1024;
const longestIdleMs = 5000;

/** One budget of `budgetBytes`, and all that draws from it. */
export function makeOwnerMemory(clock: Clock, budgetBytes: number, stallMs: number): OwnerMemory {
  const budget = new ByteBudget(budgetBytes);
  const idleChunks = new IdleChunks({
    clock,
    mostBytes: Math.min(budgetBytes / 4, mostIdleBytes),
    longestMs: longestIdleMs,
    isMemoryWanted: () => budget.waiting > 0,
  });
  const stalls = new StallWatch({ clock, stallMs, othersWait: (receiverId) => budget.othersWait(receiverId) });
  budget.observe(idleChunks);
  budget.observe(stalls);
  return { budget, idleChunks, stalls, requests: new RequestShelf(budget, maxRequestBytes, clock) };
}

/** What the owner's side holds of its budget. */
export interface BudgetStats {
  /** The most that may be held: `budgetBytes` of the service. */
  readonly totalBytes: number;
  /** What is held just now, of `totalBytes`. */
  readonly usedBytes: number;
  /** The most that was used since the service began. */
  readonly peakBytes: number;
  /** How many pulls wait for memory. */
  readonly waiting: number;
  /** Of the used bytes: kept for receivers that are near behind others, and read by nobody just now. */
  readonly keptBytes: number;
  /** Of the used bytes: chunks that the transport has not taken yet. Shared ones are counted with each receiver. */
  readonly held: readonly HeldBytes[];
}

export function budgetStats({ budget, idleChunks }: OwnerMemory, held: readonly HeldBytes[]): BudgetStats {
  const { totalBytes, usedBytes, peakBytes, waiting } = budget;
  return { totalBytes, usedBytes, peakBytes, waiting, keptBytes: idleChunks.bytes, held };
}
