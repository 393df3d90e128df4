import { expect } from 'vitest';

/** Fails the test unless the pieces, in order, cover every byte of `size` once. */
export function expectTiling(
  pieces: readonly { readonly offset: number; readonly length: number }[],
  size: number,
): void {
  let end = 0;
  for (const { offset, length } of pieces) {
    expect(offset).toBe(end);
    expect(length).toBeGreaterThan(0);
    end += length;
  }
  expect(end).toBe(size);
}
