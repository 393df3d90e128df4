import { type DownloadOptions, type DownloadWith, iterateDownload, type Ref } from '@towline/downloader-core';
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
  return iterateDownload(
    service,
    ref,
    (give) => new StateDictConsumer({ ...options, onTensor: (name, tensor) => give([name, tensor]) }),
    options,
  );
}
