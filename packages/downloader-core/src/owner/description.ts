import type { Description, Totals } from '../base/description.ts';
import { isPlainObject } from '../base/plain.ts';
import { pack } from '../wire/pack.ts';

/** A description as the segments of its message. Throws a `TypeError` for what is none. */
export function describedSegments(description: Description): readonly Uint8Array[] {
  if (!isPlainObject(description)) throw new TypeError('describe() returned something that is no plain object');
  const { body, ...plain } = description;
  if (body !== undefined && !(body instanceof Uint8Array))
    throw new TypeError('describe() returned a body that is no Uint8Array');
  return body ? [pack(plain), body] : [pack(plain)];
}

/** The totals alone. Throws a `TypeError` when they are no whole numbers: the receiver would refuse the message. */
export function checkTotals({ totalBytes, totalItems }: Totals): Totals {
  for (const total of [totalBytes, totalItems]) {
    const isCount = total === undefined || (Number.isSafeInteger(total) && total >= 0);
    if (!isCount) throw new TypeError('a total of the object is no whole number');
  }
  return {
    ...(totalBytes === undefined ? {} : { totalBytes }),
    ...(totalItems === undefined ? {} : { totalItems }),
  };
}

/** Whether a request has left the object as it was, as far as anybody knows. */
export function isWhole(totals: Totals, whole: Totals): boolean {
  const { totalBytes: bytes, totalItems: items } = totals;
  return bytes !== undefined && bytes === whole.totalBytes && items === whole.totalItems;
}
