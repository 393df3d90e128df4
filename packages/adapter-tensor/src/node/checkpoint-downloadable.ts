import { type SymlinkOption, symlinkOption } from '@towline/file-io';
import { chunkBytesOf } from '@towline/downloader-core/spi';
import type { Catalogue } from '../transfer/catalogue.ts';
import { checkSourceOptions, TensorsDownloadable, type TensorSourceOptions } from '../transfer/tensors-downloadable.ts';
import { CheckpointSource } from './checkpoint-source.ts';
import { openCheckpointFiles } from './open-checkpoint.ts';

/** Options of {@link CheckpointDownloadable.open}. */
export interface CheckpointSourceOptions extends TensorSourceOptions {
  /** The name that receivers see. Default: that of the file or folder, of an index without what follows `.safetensors`. */
  readonly name?: string | undefined;
  /**
   * `copy` (the default) keeps symbolic links of a folder as links; `refuse` refuses a folder that has any. One that leads out
   * of the folder is refused either way.
   */
  readonly symlinks?: SymlinkOption | undefined;
}

/**
 * A checkpoint on disk: one safetensors file, an index with its shards, or a folder that holds either, with all else that is in
 * it. Its headers are read and checked when it is opened, its data when receivers ask for it. The files must not change until
 * the transaction ends: a change ends the transfer for every receiver with `source_changed` (rule I3). An item is a tensor,
 * or another file.
 */
export class CheckpointDownloadable extends TensorsDownloadable {
  /** What it is made of: its files with their headers, its tensors, and the other files. */
  readonly catalogue: Catalogue;

  private constructor(source: CheckpointSource, options: CheckpointSourceOptions) {
    super(source, options);
    this.catalogue = source.catalogue;
  }

  /**
   * Opens a checkpoint. Throws `invalid_argument`, `bad_checkpoint` with the file and the byte, `source_missing`,
   * `source_unreadable`, `source_unsupported`, `link_refused` or `unsafe_name`.
   */
  static async open(path: string, options: CheckpointSourceOptions = {}): Promise<CheckpointDownloadable> {
    checkSourceOptions(options);
    const { name, selection = true } = options;
    const opened = await openCheckpointFiles(path, { name, selection, symlinks: symlinkOption(options.symlinks) });
    return new CheckpointDownloadable(new CheckpointSource(opened, chunkBytesOf(options)), options);
  }
}
