import {
  addOrRelease,
  type AddOptions,
  type AddTo,
  type DownloadOptions,
  downloadObject,
  type DownloadWith,
  iterateDownload,
  type Ref,
} from '@towline/downloader-core';
import type { RecordBatch, Table } from 'apache-arrow';
import {
  BatchesConsumer,
  IpcConsumer,
  type IpcConsumerOptions,
  TableConsumer,
  type ValueTargetOptions,
} from './consumers.ts';
import { BatchesDownloadable, type BatchesSourceOptions } from './live/batches-downloadable.ts';
import { TableDownloadable, type TableSourceOptions } from './table-downloadable.ts';

/** Shares a table, batches of one schema, or the bytes of an IPC stream or file. Fails as {@link TableDownloadable.open} and `addObject` do. */
export async function addTable(
  transaction: AddTo,
  table: Table | readonly RecordBatch[] | Uint8Array,
  options: TableSourceOptions & AddOptions = {},
): Promise<Ref> {
  return addOrRelease(transaction, await TableDownloadable.open(table, options), options);
}

/** Shares batches as they come, from a source that is read once. Fails as {@link BatchesDownloadable.open} and `addObject` do. */
export async function addBatches(
  transaction: AddTo,
  batches: AsyncIterable<RecordBatch> | Iterable<RecordBatch>,
  options: BatchesSourceOptions & AddOptions = {},
): Promise<Ref> {
  return addOrRelease(transaction, await BatchesDownloadable.open(batches, options), options);
}

/** Downloads a table, or with `as: 'ipc'` one array in stream format. Fails as `downloadObject` does, with codes of core and of `arrowErrorCodes`. */
export function downloadTable(
  service: DownloadWith,
  ref: Ref,
  options: Omit<IpcConsumerOptions, 'as'> & DownloadOptions & { readonly as: 'ipc' },
): Promise<Uint8Array>;
export function downloadTable(
  service: DownloadWith,
  ref: Ref,
  options?: ValueTargetOptions & DownloadOptions & { readonly as?: 'table' | undefined },
): Promise<Table>;
export function downloadTable(
  service: DownloadWith,
  ref: Ref,
  {
    as = 'table',
    ...options
  }: ValueTargetOptions & DownloadOptions & { readonly as?: 'table' | 'ipc' | undefined } = {},
): Promise<Table | Uint8Array> {
  if (as === 'ipc') return downloadObject(service, ref, new IpcConsumer({ ...options, as: 'stream' }), options);
  return downloadObject(service, ref, new TableConsumer(options), options);
}

/**
 * Downloads batches one by one: `for await (const batch of downloadBatches(…))`. The owner is asked for more only as fast as they are
 * taken. Leaving the loop ends the download for good, with `stopped`. Throws what `downloadObject` does.
 */
export function downloadBatches(
  service: DownloadWith,
  ref: Ref,
  options: ValueTargetOptions & DownloadOptions = {},
): AsyncGenerator<RecordBatch, void, undefined> {
  return iterateDownload(service, ref, (give) => new BatchesConsumer(give, options), options);
}
