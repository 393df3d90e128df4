import type { Consumer } from '../base/consumer.ts';
import type { Ref } from '../base/ref.ts';
import { type Give, iterateGiven } from '../chunking/iterate.ts';
import type { DownloadOptions } from '../receiver/options.ts';
import type { DownloadWith } from './add.ts';
import { downloadObject } from './download-object.ts';

/**
 * Downloads what a consumer gives, one value at a time: `for await (const value of iterateDownload(…))`. The owner is asked for more
 * only as fast as values are taken. Leaving the loop ends the download for good, with `stopped`, unless it is `resumable`. Throws what
 * `downloadObject` does. `makeConsumer` gets the function that hands a value on: the consumer waits for it.
 */
export function iterateDownload<T>(
  service: DownloadWith,
  ref: Ref,
  makeConsumer: (give: Give<T>) => Consumer<unknown>,
  options: DownloadOptions = {},
): AsyncGenerator<T, void, undefined> {
  const download = (give: Give<T>, signal: AbortSignal): Promise<unknown> =>
    downloadObject(service, ref, makeConsumer(give), { resumable: false, ...options, signal });
  return iterateGiven(download, options.signal);
}
