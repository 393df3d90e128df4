import {
  addOrRelease,
  type AddOptions,
  type AddTo,
  type DownloadOptions,
  downloadObject,
  type DownloadWith,
  type Ref,
} from '@towline/downloader-core';
import type { ReadonlyStateDict, StateDict } from './safetensors/index.ts';
import { StateDictConsumer, type StateDictConsumerOptions } from './state-dict-consumer.ts';
import { StateDictDownloadable, type StateDictSourceOptions } from './state-dict-downloadable.ts';

/** Shares a state dict. Fails as {@link StateDictDownloadable.open} and `addObject` do. */
export async function addTensors(
  transaction: AddTo,
  dict: ReadonlyStateDict,
  options: StateDictSourceOptions & AddOptions = {},
): Promise<Ref> {
  return addOrRelease(transaction, await StateDictDownloadable.open(dict, options), options);
}

/** Downloads tensors into memory. Fails as `downloadObject` does, with codes of core and of `tensorErrorCodes`. */
export async function downloadTensors(
  service: DownloadWith,
  ref: Ref,
  options: StateDictConsumerOptions & DownloadOptions = {},
): Promise<StateDict> {
  return downloadObject(service, ref, new StateDictConsumer(options), options);
}
