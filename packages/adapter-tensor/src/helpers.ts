import {
  type DownloadOptions,
  downloadObject,
  type DownloadService,
  type Ref,
  type Transaction,
} from '@towline/downloader-core';
import type { ReadonlyStateDict, StateDict } from './safetensors/index.ts';
import { StateDictConsumer, type StateDictConsumerOptions } from './state-dict-consumer.ts';
import { StateDictDownloadable, type StateDictSourceOptions } from './state-dict-downloadable.ts';

/** The part of a transaction that adding needs. */
export type AddTo = Pick<Transaction, 'addObject'>;

/** The part of a service that downloading needs. */
export type DownloadWith = Pick<DownloadService, 'download'>;

/** A ref id of one's own. Default: a random one. */
export interface AddOptions {
  readonly refId?: string;
}

/** Shares a state dict. Fails as {@link StateDictDownloadable.open} and `addObject` do. */
export async function addTensors(
  transaction: AddTo,
  dict: ReadonlyStateDict,
  options: StateDictSourceOptions & AddOptions = {},
): Promise<Ref> {
  const object = await StateDictDownloadable.open(dict, options);
  return transaction.addObject(object, options.refId === undefined ? {} : { refId: options.refId });
}

/** Downloads tensors into memory. Fails as `downloadObject` does, with codes of core and of `tensorErrorCodes`. */
export async function downloadTensors(
  service: DownloadWith,
  ref: Ref,
  options: StateDictConsumerOptions & DownloadOptions = {},
): Promise<StateDict> {
  return downloadObject(service, ref, new StateDictConsumer(options), options);
}
