import { checkTargetOptions, type TargetOptions } from '@towline/file-io';
import type { ReadonlyStateDict } from '../safetensors/index.ts';
import { baseOf, type TensorBase } from '../transfer/base-reader.ts';
import { TensorsConsumer, type TensorTargetOptions } from '../transfer/tensors-consumer.ts';
import { checkpointBase } from './checkpoint-base.ts';
import { type CheckpointResult, CheckpointSink } from './checkpoint-sink.ts';

/** Options of {@link CheckpointConsumer}. */
export interface CheckpointConsumerOptions extends TensorTargetOptions, TargetOptions {
  /**
   * An older copy: the path of a file, an index or a folder, or a dict. Only tensors that differ from it travel, the others are
   * copied from it. It may be what `overwrite` is going to replace.
   */
  readonly base?: string | ReadonlyStateDict | TensorBase | undefined;
}

/**
 * Writes a checkpoint, or an owner's dict, into a folder: byte for byte as the owner has it, or with canonical headers where only a
 * part was asked for. Memory depends neither on the size of tensors nor of files.
 *
 * Everything goes to a hidden temporary folder and is brought to the disk. A single file, and a folder that is not there yet, then
 * get their name by one rename. With `overwrite`, a folder that exists gets the new files one after the other, its old index
 * removed first and the new one last, since several renames cannot be one: a failure in between leaves no index. Files that the new
 * checkpoint does not have stay. One consumer serves one download. Fails with codes of `checkpointErrorCodes`.
 */
export class CheckpointConsumer extends TensorsConsumer<CheckpointResult> {
  /** Throws `invalid_argument`. */
  constructor(options: CheckpointConsumerOptions) {
    checkTargetOptions(options);
    const { base } = options;
    const opened = typeof base === 'string' ? checkpointBase(base) : base && baseOf(base);
    super(options, new CheckpointSink(options), opened);
  }
}
