import type { BigIntStats } from 'node:fs';

/** A file's modification time in milliseconds since 1970, in whole microseconds: those are what can be set again. */
export function mtimeMsOf({ mtimeNs }: Pick<BigIntStats, 'mtimeNs'>): number {
  return Number(mtimeNs / 1_000n) / 1_000;
}

/** That time as `utimes` takes it, so that it is set to the microsecond. */
export function settableTime(mtimeMs: number): number | Date {
  // Node takes negative numbers for the time of now, but not negative dates.
  if (mtimeMs < 0) return new Date(mtimeMs);
  // Node cuts to whole microseconds, and the number may lie a little below one: a quarter of one more than makes up for it.
  return mtimeMs / 1000 + 0.000_000_25;
}
