import type { Receiver } from './roster.ts';

/** What the deadlines of a transaction depend on: plain data. */
export interface DeadlineView {
  readonly openedMs: number;
  readonly lastActivityMs: number;
  /** When the first object was added: the acquire budget runs from there. */
  readonly firstObjectMs: number | undefined;
  readonly timeoutMs: number;
  readonly deadlineMs: number | undefined;
  readonly acquireTimeoutMs: number | undefined;
  readonly idleTimeoutMs: number;
  /** Expected receivers with at least one ref that is not final. */
  readonly open: readonly Receiver[];
  /** Whether a pull of anybody waits for budget or `produce`: that is activity (rule S13). */
  readonly waiting: boolean;
  readonly emptySeats: number;
}

/** A receiver whose budget is used up; no id: every seat that is still empty. */
export interface Exhausted {
  readonly receiverId: string | undefined;
  readonly reason: 'never_came' | 'idle';
}

// Every limit is kept strictly: at exactly the limit all is still well (rule E1).
const isOver = (sinceMs: number, limitMs: number | undefined, nowMs: number): boolean =>
  limitMs !== undefined && nowMs - sinceMs > limitMs;

/** Whether the transaction's idle time or whole life is over. */
export function isTimedOut(view: DeadlineView, nowMs: number): boolean {
  if (isOver(view.openedMs, view.deadlineMs, nowMs)) return true;
  return !view.waiting && isOver(view.lastActivityMs, view.timeoutMs, nowMs);
}

/** Whose budgets are used up (rule D9). */
export function exhaustedReceivers(view: DeadlineView, nowMs: number): Exhausted[] {
  const cameTooLate = view.firstObjectMs !== undefined && isOver(view.firstObjectMs, view.acquireTimeoutMs, nowMs);
  const exhausted: Exhausted[] = [];
  for (const receiver of view.open) {
    if (!receiver.pulled) {
      if (cameTooLate) exhausted.push({ receiverId: receiver.id, reason: 'never_came' });
    } else if (receiver.waiting === 0 && isOver(receiver.silentSinceMs, view.idleTimeoutMs, nowMs)) {
      exhausted.push({ receiverId: receiver.id, reason: 'idle' });
    }
  }
  if (cameTooLate && view.emptySeats > 0) exhausted.push({ receiverId: undefined, reason: 'never_came' });
  return exhausted;
}

/** The first moment at which one of the limits could be passed. Activity until then only moves it on. */
export function nextDeadlineMs(view: DeadlineView, nowMs: number): number {
  const limits = [(view.waiting ? nowMs : view.lastActivityMs) + view.timeoutMs];
  if (view.deadlineMs !== undefined) limits.push(view.openedMs + view.deadlineMs);
  const awaited = view.emptySeats > 0 || view.open.some((receiver) => !receiver.pulled);
  if (awaited && view.firstObjectMs !== undefined && view.acquireTimeoutMs !== undefined) {
    limits.push(view.firstObjectMs + view.acquireTimeoutMs);
  }
  for (const receiver of view.open) {
    if (!receiver.pulled) continue;
    limits.push((receiver.waiting > 0 ? nowMs : receiver.silentSinceMs) + view.idleTimeoutMs);
  }
  return limits.reduce((first, limit) => Math.min(first, limit));
}
