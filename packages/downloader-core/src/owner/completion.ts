import { emptySeats, type Roster } from './roster.ts';
import type { ServedRef } from './served-ref.ts';

/** Whether every expected receiver is final on a ref; never without declared ones (rule D8). */
export function isThrough(roster: Roster, ref: ServedRef): boolean {
  if (!isFull(roster)) return false;
  for (const { id, expected } of roster.receivers.values())
    if (expected && ref.entries.get(id)?.final === undefined) return false;
  return true;
}

/** Whether every expected receiver is final on every ref, and there are any (rules T5, T6). */
export function isThroughAll(roster: Roster, refCount: number): boolean {
  if (refCount === 0 || !isFull(roster)) return false;
  for (const { expected, finalRefs } of roster.receivers.values()) if (expected && finalRefs !== refCount) return false;
  return true;
}

function isFull(roster: Roster): boolean {
  return roster.plan.receiverCount !== undefined && emptySeats(roster) === 0;
}
