import {
  addOrRelease,
  type AddOptions,
  type AddTo,
  type DownloadOptions,
  downloadObject,
  type DownloadWith,
  type Ref,
} from '@towline/downloader-core';
import { CheckpointConsumer, type CheckpointConsumerOptions } from './checkpoint-consumer.ts';
import { CheckpointDownloadable, type CheckpointSourceOptions } from './checkpoint-downloadable.ts';
import type { CheckpointResult } from './checkpoint-sink.ts';

/** Shares a checkpoint on disk. Fails as {@link CheckpointDownloadable.open} and `addObject` do. */
export async function addCheckpoint(
  transaction: AddTo,
  path: string,
  options: CheckpointSourceOptions & AddOptions = {},
): Promise<Ref> {
  return addOrRelease(transaction, await CheckpointDownloadable.open(path, options), options);
}

/** Downloads tensors to a disk. Fails as `downloadObject` does, with codes of core and of `checkpointErrorCodes`. */
export async function downloadCheckpoint(
  service: DownloadWith,
  ref: Ref,
  options: CheckpointConsumerOptions & DownloadOptions,
): Promise<CheckpointResult> {
  return downloadObject(service, ref, new CheckpointConsumer(options), options);
}
