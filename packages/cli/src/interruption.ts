import { type Clock, DownloadError } from '@towline/downloader-core/spi';
import type { CommandIo } from './command-io.ts';

/** How long a clean end may take, step by step; 2,000 ms in all (rule J4). */
export const endLimits = {
  /** Telling the other side. */
  tellMs: 1_000,
  /** Closing what is open. */
  closeMs: 1_000,
} as const;

/** Ctrl-C and its like: the first aborts `signal`, the second ends the process at once. */
export class Interruption {
  readonly #control = new AbortController();
  readonly #stop: () => void;

  constructor(io: Pick<CommandIo, 'onInterrupt' | 'exitNow'>) {
    this.#stop = io.onInterrupt(() => {
      if (this.#control.signal.aborted) io.exitNow(130);
      else this.#control.abort(new DOMException('interrupted', 'AbortError'));
    });
  }

  get signal(): AbortSignal {
    return this.#control.signal;
  }

  /** Stops listening. */
  close(): void {
    this.#stop();
  }
}

/** Waits for `work`, at most `limitMs`; a failure of it counts as an end. */
export function atMost(clock: Clock, work: Promise<unknown>, limitMs: number): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.setTimer(limitMs, resolve);
    const end = (): void => {
      cancel();
      resolve();
    };
    work.then(end, end);
  });
}

/** Resolves when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** `work`; once `interrupted`, only for as long as telling the other side may take. */
export function unlessHung<T>(clock: Clock, work: Promise<T>, interrupted: AbortSignal): Promise<T> {
  const hung = aborted(interrupted)
    .then(() => atMost(clock, work, endLimits.tellMs))
    .then((): never => {
      throw new DownloadError('aborted', 'interrupted', { side: 'local' });
    });
  return Promise.race([work, hung]);
}
