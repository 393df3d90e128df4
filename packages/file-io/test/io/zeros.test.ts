import { expect, it } from 'vitest';
import { isZero } from '../../src/io/zeros.ts';

const MiB = 1024 * 1024;

it.each([
  [0, -1, true],
  [10, -1, true],
  [10, 0, false],
  [10, 9, false],
  [3 * MiB + 5, -1, true],
  [3 * MiB + 5, 3 * MiB + 4, false],
])('%i bytes of which number %i is not zero are all zero: %s', (length, at, expected) => {
  const bytes = Buffer.alloc(length);
  if (at >= 0) bytes[at] = 1;
  expect(isZero(bytes)).toBe(expected);
});
