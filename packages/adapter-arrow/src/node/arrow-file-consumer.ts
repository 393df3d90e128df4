import { checkTargetOptions, type TargetOptions } from '@towline/file-io';
import { ArrowConsumer, type ArrowTargetOptions } from '../transfer/arrow-consumer.ts';
import { type ArrowFileResult, FileSink } from './file-sink.ts';

/** Options of {@link ArrowFileConsumer}. */
export interface ArrowFileConsumerOptions extends ArrowTargetOptions, TargetOptions {}

/**
 * Writes Arrow data into a folder as its owner has it, byte for byte: nothing decodes it. A part becomes a smaller file or stream
 * that is valid. Under a temporary name until it is complete and on the disk. One consumer serves one download. Fails with codes
 * of `arrowFileErrorCodes`.
 */
export class ArrowFileConsumer extends ArrowConsumer<ArrowFileResult> {
  /** Throws `invalid_argument`. */
  constructor(options: ArrowFileConsumerOptions) {
    checkTargetOptions(options);
    super(options, new FileSink(options));
  }
}
