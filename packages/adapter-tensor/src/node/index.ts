/**
 * Checkpoints on disk. Needs Node; dicts in memory are one entry higher.
 *
 * @module @towline/adapter-tensor/node
 */
import { diskErrorCodes } from '@towline/file-io';
import { tensorErrorCodes } from '../errors.ts';

export { checkpointBase } from './checkpoint-base.ts';
export { CheckpointConsumer, type CheckpointConsumerOptions } from './checkpoint-consumer.ts';
export { CheckpointDownloadable, type CheckpointSourceOptions } from './checkpoint-downloadable.ts';
export type { CheckpointResult } from './checkpoint-sink.ts';
export type {
  Catalogue as CheckpointCatalogue,
  CatalogueFile,
  CatalogueLink,
  CatalogueTensor,
  OtherFile,
} from '../transfer/catalogue.ts';
export { addCheckpoint, downloadCheckpoint } from './helpers.ts';

/** The codes of checkpoints on disk: those of tensors, and of the disks. */
export const checkpointErrorCodes = { ...tensorErrorCodes, ...diskErrorCodes } as const;

/** A code of {@link checkpointErrorCodes}. */
export type CheckpointErrorCode = keyof typeof checkpointErrorCodes;
