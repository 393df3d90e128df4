import type { Consumer } from '../base/consumer.ts';
import { invalidArgument } from '../base/errors.ts';
import type { Ref } from '../base/ref.ts';
import { childController } from '../base/signals.ts';
import type { DownloadOptions } from '../receiver/options.ts';
import type { DownloadService } from './service.ts';

/**
 * Downloads the object of a ref into a consumer. Resolves with what the consumer's `downloadCompleted` gives, or rejects
 * with one `DownloadError`, after the consumer's `downloadFailed` has run. Throws `invalid_argument` before anything is
 * begun.
 */
export async function downloadObject<R>(
  service: Pick<DownloadService, 'download'>,
  ref: Ref,
  consumer: Consumer<R>,
  options: DownloadOptions = {},
): Promise<R> {
  return service.download(ref, consumer, options);
}

/** What `downloadAll` takes beside the options of each download. */
export interface DownloadAllOptions extends DownloadOptions {
  /** How many downloads run at once. Default 4. */
  readonly concurrency?: number;
  /** Whether the first failure aborts the others. Default false. */
  readonly failFast?: boolean;
}

/** Downloads many refs. Gives a result for each, in the order of `refs`; rejects only for wrong arguments. */
export async function downloadAll<R>(
  service: Pick<DownloadService, 'download'>,
  refs: readonly Ref[],
  makeConsumer: (ref: Ref, index: number) => Consumer<R>,
  options: DownloadAllOptions = {},
): Promise<PromiseSettledResult<R>[]> {
  const { concurrency = 4, failFast = false, signal, ...each } = options;
  if (!Number.isSafeInteger(concurrency) || concurrency < 1)
    invalidArgument('concurrency', 'must be a whole number from 1');
  const control = childController(signal);
  const results: PromiseSettledResult<R>[] = [];
  const todo = refs.entries();
  const work = async (): Promise<void> => {
    for (const [index, ref] of todo) {
      try {
        const value = await downloadObject(service, ref, makeConsumer(ref, index), { ...each, signal: control.signal });
        results[index] = { status: 'fulfilled', value };
      } catch (reason) {
        results[index] = { status: 'rejected', reason };
        if (failFast) control.abort(reason);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, refs.length) }, work));
  control.detach();
  return results;
}
