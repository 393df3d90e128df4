/**
 * Arrow tables and record batches that are values on both sides, with apache-arrow. Runs anywhere JavaScript runs.
 *
 * @module @towline/adapter-arrow
 */
export { arrowErrorCodes, type ArrowErrorCode } from './errors.ts';
export {
  BatchesConsumer,
  type BatchesResult,
  IpcConsumer,
  type IpcConsumerOptions,
  TableConsumer,
  type ValueTargetOptions,
} from './consumers.ts';
export { hasSelectedColumn } from './has-selected-column.ts';
export { addBatches, addTable, downloadBatches, downloadTable } from './helpers.ts';
export { BatchesDownloadable, type BatchesSourceOptions } from './live/batches-downloadable.ts';
export { TableDownloadable, type TableSourceOptions } from './table-downloadable.ts';
export type { ArrowTargetOptions } from './transfer/arrow-consumer.ts';
export type { ArrowCatalogue, CatalogueMessage } from './transfer/catalogue.ts';
export type { ArrowSourceOptions, ArrowState } from './transfer/positioned-downloadable.ts';
export type { ArrowRequest } from './transfer/request.ts';
export type { ArrowSelection, ColumnSelector } from './transfer/selection.ts';
export type { OnBatch } from './values/batches-sink.ts';
export type { ValueOptions } from './values/stream-decoder.ts';
