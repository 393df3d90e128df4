import { invalidOption } from '@towline/downloader-core/spi';
import { asTensorError } from './errors.ts';
import type { ReadonlyStateDict } from './safetensors/index.ts';
import { MemorySource } from './transfer/memory-source.ts';
import { checkSourceOptions, TensorsDownloadable, type TensorSourceOptions } from './transfer/tensors-downloadable.ts';

/** Options of {@link StateDictDownloadable.open}. */
export interface StateDictSourceOptions extends TensorSourceOptions {
  /** The name that receivers see, and of the file that one who writes to disk makes. Default `model.safetensors`. */
  readonly name?: string | undefined;
  /**
   * Digests all tensors now, for each receiver at its end, and at `release`, and fails with `source_changed` when one was
   * written to. Costs a walk over all bytes each time. Default false.
   */
  readonly checkMutation?: boolean | undefined;
}

/**
 * A state dict in memory. Its tensors go out as they lie, without a copy, so nobody may write to them until `release`, which
 * the transaction calls. Receivers take it as a dict or as a canonical file.
 */
export class StateDictDownloadable extends TensorsDownloadable {
  /**
   * Prepares a dict to be shared: its header is made, its data is not touched. Throws `invalid_argument`, or
   * `bad_checkpoint` for a dict that could not be written as a file (a name or size that cannot be).
   */
  static async open(dict: ReadonlyStateDict, options: StateDictSourceOptions = {}): Promise<StateDictDownloadable> {
    const { name = 'model.safetensors', selection = true, checkMutation = false } = options;
    checkSourceOptions(options);
    if (typeof name !== 'string' || name === '') invalidOption('name', 'is no text');
    const source = sourceOf(dict, name, selection);
    if (checkMutation) await source.watch();
    return new StateDictDownloadable(source, options);
  }
}

function sourceOf(dict: ReadonlyStateDict, name: string, selection: boolean): MemorySource {
  try {
    return new MemorySource(dict, name, selection);
  } catch (thrown) {
    throw asTensorError(thrown, 'bad_checkpoint');
  }
}
