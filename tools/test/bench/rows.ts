import type { Row } from '../../bench/interleave.mjs';

/** A row of the bench with figures that all rounds had alike. */
export function rowOf(name: string, shape: Row['shape'], figures: Readonly<Record<string, number>>): Row {
  const entries = Object.entries(figures).map(([key, value]) => [key, { median: value, min: value, max: value }]);
  return { name, shape, measures: Object.fromEntries(entries), failures: 0 };
}
