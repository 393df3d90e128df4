import { DownloadError } from '../base/errors.ts';
import { onAbort } from '../base/signals.ts';

/** Hands on a value, and settles when the next one is wanted. Rejects when nobody wants any more. */
export type Give<T> = (value: T) => Promise<void>;

/**
 * Turns work that gives values, a download most of all, into an iteration over them. The work goes on only as fast as values are
 * taken. Leaving the loop aborts the work with `stopped`; what the work throws is thrown behind the last value.
 */
export async function* iterateGiven<T>(
  work: (give: Give<T>, signal: AbortSignal) => Promise<unknown>,
  given?: AbortSignal,
): AsyncGenerator<T, void, undefined> {
  const handover = new Handover<T>();
  const leaving = new AbortController();
  const unfollow = given && onAbort(given, () => leaving.abort(given.reason));
  if (given?.aborted) leaving.abort(given.reason);
  const ending = work((value) => handover.give(value), leaving.signal).then(
    () => handover.end(),
    (thrown: unknown) => handover.end({ thrown }),
  );
  try {
    for (let next = await handover.take(); next !== undefined; next = await handover.take()) yield next.value;
  } finally {
    const left = new DownloadError('stopped', 'The loop over what is downloaded was left');
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
  async take(): Promise<{ readonly value: T } | undefined> {
    this.#used?.();
    this.#used = undefined;
    while (this.#waiting === undefined && this.#over === undefined) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    const waiting = this.#waiting;
    this.#waiting = undefined;
    this.#used = waiting?.taken;
    if (waiting === undefined && this.#over?.failure !== undefined) throw this.#over.failure.thrown;
    return waiting;
  }
}
