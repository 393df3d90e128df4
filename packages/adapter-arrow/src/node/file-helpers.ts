import {
  addOrRelease,
  type AddOptions,
  type AddTo,
  type DownloadOptions,
  downloadObject,
  type DownloadWith,
  type Ref,
} from '@towline/downloader-core';
import { ArrowFileConsumer, type ArrowFileConsumerOptions } from './arrow-file-consumer.ts';
import { ArrowFileDownloadable, type ArrowFileSourceOptions } from './arrow-file-downloadable.ts';
import type { ArrowFileResult } from './file-sink.ts';

/** Shares an IPC file or stream on disk. Fails as {@link ArrowFileDownloadable.open} and `addObject` do. */
export async function addArrowFile(
  transaction: AddTo,
  path: string,
  options: ArrowFileSourceOptions & AddOptions = {},
): Promise<Ref> {
  return addOrRelease(transaction, await ArrowFileDownloadable.open(path, options), options);
}

/** Downloads Arrow data to a disk. Fails as `downloadObject` does, with codes of core and of `arrowFileErrorCodes`. */
export async function downloadArrowFile(
  service: DownloadWith,
  ref: Ref,
  options: ArrowFileConsumerOptions & DownloadOptions,
): Promise<ArrowFileResult> {
  return downloadObject(service, ref, new ArrowFileConsumer(options), options);
}
