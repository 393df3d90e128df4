import { asDownloadError, DownloadError } from '../base/errors.ts';
import { type MaybePromise, orElse } from '../base/maybe-promise.ts';
import { isPlainObject } from '../base/plain.ts';
import { reasonOf } from '../base/text.ts';
import { pack } from '../wire/pack.ts';
import { Final } from './retry-error.ts';

/**
 * Calls the consumer, and gives at once what it gives at once. What it throws is its failure, unless it says better what
 * happened; whatever it says, it is not tried again (rule L2): fails with {@link Final}.
 */
export function consumerCall<T>(call: () => T | PromiseLike<T>): MaybePromise<T> {
  return orElse(call, failed);
}

function failed(error: unknown): never {
  throw new Final(asDownloadError(error, 'consumer_failed', { side: 'local' }));
}

/** What a consumer returned, encoded. Throws `consumer_failed` when it is no plain object of MessagePack types, or too large. */
export function packed(what: string, value: unknown, maxBytes: number): Uint8Array {
  if (!isPlainObject(value)) throw unusable(`${what} that is no plain object`);
  const bytes = encoded(what, value);
  if (bytes.byteLength > maxBytes) throw unusable(`${what} of ${bytes.byteLength} bytes, above ${maxBytes}`);
  return bytes;
}

function encoded(what: string, value: Readonly<Record<string, unknown>>): Uint8Array {
  try {
    return pack(value);
  } catch (error) {
    throw unusable(`${what} that cannot be encoded: ${reasonOf(error)}`, error);
  }
}

function unusable(what: string, cause?: unknown): DownloadError {
  return new DownloadError('consumer_failed', `the consumer returned ${what}`, { cause });
}
