import type { DownloadService, Ref, Transaction } from '@towline/downloader-core';
import type { Downloadable } from '@towline/downloader-core/spi';

/** The part of a transaction that adding needs. */
export type AddTo = Pick<Transaction, 'addObject'>;

/** The part of a service that downloading needs. */
export type DownloadWith = Pick<DownloadService, 'download'>;

/** A ref id of one's own. Default: a random one. */
export interface AddOptions {
  readonly refId?: string;
}

/** Adds an object, and lets go of it when that fails. */
export async function add(transaction: AddTo, object: Downloadable, { refId }: AddOptions): Promise<Ref> {
  try {
    return transaction.addObject(object, refId === undefined ? {} : { refId });
  } catch (thrown) {
    await object.release?.();
    throw thrown;
  }
}
