import { parseCounters } from '../base/downloadable.ts';

/** The cursor of an object made of items. It says nothing of chunks, so their size may change. */
export type ItemState = {
  /** How many items come before. */
  readonly next: number;
  /** How many bytes of the item after them come before: 0 but within an item that is larger than a chunk. */
  readonly offset: number;
};

/** Reads a state of a stranger. Throws unless it says an item of `count`, or the end. */
export function parseItemState(input: unknown, count: number): ItemState {
  const state = parseCounters(input, ['next', 'offset']);
  const { next, offset } = state;
  if (next > count || (next === count && offset > 0)) throw new RangeError(`the state is none of ${count} items`);
  return state;
}
