/**
 * What applications use. Authors of adapters and transports: `@towline/downloader-core/spi`.
 *
 * @module @towline/downloader-core
 */
export * from './spi.ts';
export type { Logger, LogFields } from './base/logger.ts';
export type { ProgressEvent, ProgressState } from './base/progress.ts';
export { parseRef, type Ref } from './base/ref.ts';
export type { TransactionDone, TransactionOptions } from './owner/options.ts';
export type {
  Outcome,
  OutcomeReason,
  OutcomeStatus,
  ReceiverOutcome,
  RefOutcome,
  RefReceiverOutcome,
} from './owner/outcome.ts';
export type { Transaction } from './owner/transaction.ts';
export type { DownloadOptions } from './receiver/options.ts';
export type { RetryPolicy } from './receiver/retry.ts';
export { addOrRelease, type AddOptions, type AddTo, type DownloadWith } from './service/add.ts';
export { downloadAll, type DownloadAllOptions, downloadObject } from './service/download-object.ts';
export { iterateDownload } from './service/iterate-download.ts';
export type { HeldBytes } from './owner/owner.ts';
export type { BudgetStats } from './service/owner-memory.ts';
export { DownloadService, type DownloadServiceOptions, type ServiceStats } from './service/service.ts';
