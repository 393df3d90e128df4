/**
 * Arrow data on disk as bytes that nothing decodes. Needs Node, and no apache-arrow.
 *
 * @module @towline/adapter-arrow/files
 */
import { diskErrorCodes } from '@towline/file-io';
import { arrowErrorCodes } from '../errors.ts';

export { hasSelectedColumn } from '../has-selected-column.ts';
export type { ArrowCatalogue, CatalogueMessage } from '../transfer/catalogue.ts';
export { ArrowFileConsumer, type ArrowFileConsumerOptions } from './arrow-file-consumer.ts';
export { ArrowFileDownloadable, type ArrowFileSourceOptions } from './arrow-file-downloadable.ts';
export { addArrowFile, downloadArrowFile } from './file-helpers.ts';
export type { ArrowFileResult } from './file-sink.ts';
export { validateArrowFile } from './validate-arrow-file.ts';

/** The codes of Arrow data on disk: those of Arrow, and of the disks. */
export const arrowFileErrorCodes = { ...arrowErrorCodes, ...diskErrorCodes } as const;

/** A code of {@link arrowFileErrorCodes}. */
export type ArrowFileErrorCode = keyof typeof arrowFileErrorCodes;
