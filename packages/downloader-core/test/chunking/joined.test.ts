import { expect, it } from 'vitest';
import { joined } from '../../src/chunking/joined.ts';

const bytes = Uint8Array.from({ length: 12 }, (_, at) => at);
const views = (...ranges: readonly (readonly [number, number])[]): Uint8Array[] =>
  ranges.map(([from, to]) => bytes.subarray(from, to));

it('joins views that follow each other, and no others', () => {
  expect(joined(views([0, 4], [4, 4], [4, 9], [10, 12], [0, 1]))).toEqual(views([0, 9], [10, 12], [0, 1]));
  const apart = [bytes.subarray(0, 4), bytes.slice(4, 8)];
  expect(joined(apart)).toEqual(apart);
  expect(joined([])).toEqual([]);
});

it('copies nothing, and leaves the list as it was', () => {
  const list = views([0, 4], [4, 8]);
  const [one] = joined(list);
  expect(one?.buffer).toBe(bytes.buffer);
  expect(list).toEqual(views([0, 4], [4, 8]));
});
