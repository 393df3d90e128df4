/** Arrow data on disk, and values of compressed batches without further ado. Needs Node. */
import { diskErrorCodes } from '@towline/file-io';
import { arrowErrorCodes } from '../errors.ts';

export { ArrowFileConsumer, type ArrowFileConsumerOptions } from './arrow-file-consumer.ts';
export { ArrowFileDownloadable, type ArrowFileSourceOptions } from './arrow-file-downloadable.ts';
export type { ArrowFileResult } from './file-sink.ts';
export { addArrowFile, downloadArrowFile, downloadBatches, downloadTable } from './helpers.ts';

/** The codes of Arrow data on disk: those of Arrow, and of the disks. */
export const arrowFileErrorCodes = { ...arrowErrorCodes, ...diskErrorCodes } as const;

/** A code of {@link arrowFileErrorCodes}. */
export type ArrowFileErrorCode = keyof typeof arrowFileErrorCodes;
