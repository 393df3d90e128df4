import type { Downloadable } from '../base/downloadable.ts';
import type { Ref } from '../base/ref.ts';
import type { Transaction } from '../owner/transaction.ts';
import type { DownloadService } from './service.ts';

/** The part of a transaction that adding needs. */
export type AddTo = Pick<Transaction, 'addObject'>;

/** The part of a service that downloading needs. */
export type DownloadWith = Pick<DownloadService, 'download'>;

/** A ref id of one's own. Default: a random one. */
export interface AddOptions {
  /**
   * 1 to 128 bytes of UTF-8. Default: `R` and a random UUID. One that is in use already is refused with `ref_exists`.
   */
  readonly refId?: string;
}

/** Adds an object that was just opened, and lets go of it when that fails: for adapters' own `add…` helpers. */
export async function addOrRelease(transaction: AddTo, object: Downloadable, { refId }: AddOptions): Promise<Ref> {
  try {
    return transaction.addObject(object, refId === undefined ? {} : { refId });
  } catch (thrown) {
    await object.release?.();
    throw thrown;
  }
}
