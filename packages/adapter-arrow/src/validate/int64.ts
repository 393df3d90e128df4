const two32 = 2 ** 32;

/**
 * The signed little-endian 64-bit integer at `position` as a number, or `undefined` when it is not a safe integer.
 * Reads two halves: a bigint for each of millions of values would cost more than the rest of a check.
 */
export function readSafeInt64(view: DataView, position: number): number | undefined {
  const value = view.getInt32(position + 4, true) * two32 + view.getUint32(position, true);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** The least multiple of 8 that is not below `bytes`. */
export const paddedTo8 = (bytes: number): number => Math.ceil(bytes / 8) * 8;
