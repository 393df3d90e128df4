import { DownloadError } from '@towline/downloader-core/spi';
import { checkTargetOptions as checkPlace, type TargetOptions as Place } from '@towline/file-io';
import { onlyRequestSchema } from '../only.ts';

/** Where and how something is written: options of all consumers of this package. */
export interface TargetOptions extends Place {
  /**
   * Takes a part only: patterns of paths within a folder, or of a file's name; `*` is any text, patterns add up, and a
   * folder that matches comes with all that is in it. Where nothing matches, nothing is written and the download succeeds
   * with 0 bytes. Default: everything.
   */
  readonly only?: readonly string[] | undefined;
}

/** Throws `invalid_argument` when an option has a value that is not allowed. */
export function checkTargetOptions(options: TargetOptions): void {
  checkPlace(options);
  if (options.only === undefined) return;
  try {
    onlyRequestSchema.parse({ only: options.only });
  } catch (thrown) {
    throw new DownloadError('invalid_argument', 'only is not a list of patterns that can be asked for', {
      cause: thrown,
    });
  }
}
