import { emptySeats, expectedReceivers, type Roster } from './roster.ts';
import type { ServedRef } from './served-ref.ts';

/** Whether every expected receiver is final on a ref; never without declared ones (rule D8). */
export function isThrough(roster: Roster, ref: ServedRef): boolean {
  if (!isFull(roster)) return false;
  return expectedReceivers(roster).every(({ id }) => ref.entries.get(id)?.final !== undefined);
}

/** Whether every expected receiver is final on every ref, and there are any (rules T5, T6). */
export function isThroughAll(roster: Roster, refCount: number): boolean {
  if (refCount === 0 || !isFull(roster)) return false;
  return expectedReceivers(roster).every(({ finalRefs }) => finalRefs === refCount);
}

function isFull(roster: Roster): boolean {
  return roster.plan.receiverCount !== undefined && emptySeats(roster) === 0;
}
