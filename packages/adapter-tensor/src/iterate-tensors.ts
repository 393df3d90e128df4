import { type DownloadOptions, downloadObject, type Ref } from '@towline/downloader-core';
import { DownloadError, onAbort } from '@towline/downloader-core/spi';
import type { DownloadWith } from './helpers.ts';
import type { Tensor } from './safetensors/index.ts';
import { StateDictConsumer, type StateDictConsumerOptions } from './state-dict-consumer.ts';

/**
 * Downloads tensors one by one, as they complete: `for await (const [name, tensor] of iterateTensors(…))`. The owner is asked
 * for more only as fast as they are taken. Leaving the loop ends the download for good, with `stopped`; so nothing is held
 * but what is on its way. Throws what `downloadObject` does.
 */
export async function* iterateTensors(
  service: DownloadWith,
  ref: Ref,
  options: Omit<StateDictConsumerOptions, 'onTensor'> & DownloadOptions = {},
): AsyncGenerator<readonly [name: string, tensor: Tensor], void, undefined> {
  const handover = new Handover<readonly [string, Tensor]>();
  const leaving = new AbortController();
  const { signal } = leaving;
  const given = options.signal;
  const unfollow = given && onAbort(given, () => leaving.abort(given.reason));
  if (given?.aborted) leaving.abort(given.reason);
  const consumer = new StateDictConsumer({ ...options, onTensor: (name, tensor) => handover.give([name, tensor]) });
  const ending = downloadObject(service, ref, consumer, { resumable: false, ...options, signal }).then(
    () => handover.end(),
    (thrown: unknown) => handover.end({ thrown }),
  );
  try {
    for (let next = await handover.take(); next !== undefined; next = await handover.take()) yield next;
  } finally {
    const left = new DownloadError('stopped', 'The loop over the tensors was left');
    leaving.abort(left);
    handover.refuse(left);
    await ending;
    unfollow?.();
  }
}

/** Hands values from one side to the other, one at a time: giving waits until the one before was taken and used. */
class Handover<T> {
  #waiting: { readonly value: T; readonly taken: () => void; readonly refused: (reason: unknown) => void } | undefined;
  #used: (() => void) | undefined;
  #wake: (() => void) | undefined;
  #over: { readonly failure: { readonly thrown: unknown } | undefined } | undefined;
  #refusal: Error | undefined;

  /** Settles when the taker asks for the value after this one. */
  give(value: T): Promise<void> {
    return new Promise((taken, refused) => {
      if (this.#refusal !== undefined) return refused(this.#refusal);
      this.#waiting = { value, taken, refused };
      this.#wake?.();
    });
  }

  end(failure?: { readonly thrown: unknown }): void {
    this.#over = { failure };
    this.#wake?.();
  }

  refuse(reason: Error): void {
    this.#refusal = reason;
    this.#waiting?.refused(reason);
    this.#used?.();
  }

  /** The next value, or nothing at the end. */
  async take(): Promise<T | undefined> {
    this.#used?.();
    this.#used = undefined;
    while (this.#waiting === undefined && this.#over === undefined) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    const waiting = this.#waiting;
    this.#waiting = undefined;
    this.#used = waiting?.taken;
    if (waiting === undefined && this.#over?.failure !== undefined) throw this.#over.failure.thrown;
    return waiting?.value;
  }
}
