import { type DownloadOptions, downloadObject, type Ref } from '@towline/downloader-core';
import type { RecordBatch, Table } from 'apache-arrow';
import { codecs } from '../codecs/index.ts';
import type { ValueTargetOptions } from '../consumers.ts';
import {
  add,
  type AddOptions,
  type AddTo,
  downloadBatches as downloadPlainBatches,
  downloadTable as downloadPlainTable,
  type DownloadWith,
} from '../helpers.ts';
import { ArrowFileConsumer, type ArrowFileConsumerOptions } from './arrow-file-consumer.ts';
import { ArrowFileDownloadable, type ArrowFileSourceOptions } from './arrow-file-downloadable.ts';
import type { ArrowFileResult } from './file-sink.ts';

/** Shares an IPC file or stream on disk. Fails as {@link ArrowFileDownloadable.open} and `addObject` do. */
export async function addArrowFile(
  transaction: AddTo,
  path: string,
  options: ArrowFileSourceOptions & AddOptions = {},
): Promise<Ref> {
  return add(transaction, await ArrowFileDownloadable.open(path, options), options);
}

/** Downloads Arrow data to a disk. Fails as `downloadObject` does, with codes of core and of `arrowFileErrorCodes`. */
export async function downloadArrowFile(
  service: DownloadWith,
  ref: Ref,
  options: ArrowFileConsumerOptions & DownloadOptions,
): Promise<ArrowFileResult> {
  return downloadObject(service, ref, new ArrowFileConsumer(options), options);
}

/** Downloads a table, as the helper of that name one entry higher, with decoders for LZ4 and Zstandard. */
export function downloadTable(
  service: DownloadWith,
  ref: Ref,
  options: ValueTargetOptions & DownloadOptions = {},
): Promise<Table> {
  return downloadPlainTable(service, ref, { codecs: codecs(), ...options });
}

/** Downloads batches one by one, as the helper of that name one entry higher, with decoders for LZ4 and Zstandard. */
export function downloadBatches(
  service: DownloadWith,
  ref: Ref,
  options: ValueTargetOptions & DownloadOptions = {},
): AsyncGenerator<RecordBatch, void, undefined> {
  return downloadPlainBatches(service, ref, { codecs: codecs(), ...options });
}
