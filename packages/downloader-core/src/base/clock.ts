/** Time as the engine sees it: monotonic milliseconds and one-shot timers. Injected, so that tests own it. */
export interface Clock {
  /** Monotonic milliseconds from an arbitrary origin; never jumps with the wall clock. */
  now(): number;
  /** Milliseconds since the Unix epoch, for time stamps that people read; never used for a decision. */
  wallNow(): number;
  /** Runs `callback` once after `delayMs`. Returns a function that cancels it; cancelling twice does nothing. */
  setTimer(delayMs: number, callback: () => void): () => void;
}

// Longer delays overflow the 32-bit timers of JavaScript engines and would fire at once.
const longestTimerMs = 2 ** 31 - 1;

/** The clock of the running engine: `performance.now()` and `setTimeout`. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wallNow: () => Date.now(),
  setTimer(delayMs, callback) {
    const timer = setTimeout(callback, Math.min(Math.max(delayMs, 0), longestTimerMs));
    return () => clearTimeout(timer);
  },
};

/** Calls `callback` every `intervalMs` until the returned function is called. */
export function every(clock: Clock, intervalMs: number, callback: () => void): () => void {
  const again = (): void => {
    cancel = clock.setTimer(intervalMs, again);
    callback();
  };
  let cancel = clock.setTimer(intervalMs, again);
  return () => cancel();
}

// The other side names its timeout; it must not make us send without pause.
const leastBusyIntervalMs = 50;

/** How often to say `busy` to a side that waits for `timeoutMs` (rule S14). */
export function busyIntervalMs(timeoutMs: number): number {
  return Math.max(timeoutMs / 4, leastBusyIntervalMs);
}
