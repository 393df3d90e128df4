import { isPromise, type MaybePromise } from '../base/maybe-promise.ts';

/**
 * Remembers the work of a consumer that runs, so that cleaning up can wait for it: a download that is aborted ends at
 * once, while a call of `start` or `consume` may still be at work.
 */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs the work and gives what it gives. */
  run<T>(work: () => Promise<T>): Promise<T>;
  run<T>(work: () => MaybePromise<T>): MaybePromise<T>;
  run<T>(work: () => MaybePromise<T>): MaybePromise<T> {
    const running = work();
    if (isPromise(running)) this.#last = running.catch(() => {});
    return running;
  }

  /** Waits for the last work, whatever comes of it. */
  async settled(): Promise<void> {
    await this.#last;
  }
}
