import { type DownloadOptions, downloadObject, type DownloadWith, type Ref } from '@towline/downloader-core';
import { iterateGiven } from '@towline/downloader-core/spi';
import type { Tensor } from './safetensors/index.ts';
import { StateDictConsumer, type StateDictConsumerOptions } from './state-dict-consumer.ts';

/**
 * Downloads tensors one by one, as they complete: `for await (const [name, tensor] of iterateTensors(…))`. The owner is asked
 * for more only as fast as they are taken. Leaving the loop ends the download for good, with `stopped`; so nothing is held
 * but what is on its way. Throws what `downloadObject` does.
 */
export function iterateTensors(
  service: DownloadWith,
  ref: Ref,
  options: Omit<StateDictConsumerOptions, 'onTensor'> & DownloadOptions = {},
): AsyncGenerator<readonly [name: string, tensor: Tensor], void, undefined> {
  return iterateGiven((give, signal) => {
    const consumer = new StateDictConsumer({ ...options, onTensor: (name, tensor) => give([name, tensor]) });
    return downloadObject(service, ref, consumer, { resumable: false, ...options, signal });
  }, options.signal);
}
