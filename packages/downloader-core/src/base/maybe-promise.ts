/** A value, or the promise of one. What is there at once is worth no turn of the microtask queue, once per chunk. */
export type MaybePromise<T> = T | Promise<T>;

/** Whether a value has to be waited for. */
export function isPromise<T>(value: MaybePromise<T>): value is Promise<T>;
export function isPromise<T>(value: T | PromiseLike<T>): value is PromiseLike<T>;
export function isPromise(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

/** Goes on with a value as soon as it is there: now, when it is. */
export function andThen<T, U>(value: T | PromiseLike<T>, goOn: (value: T) => MaybePromise<U>): MaybePromise<U> {
  return isPromise(value) ? Promise.resolve(value).then(goOn) : goOn(value);
}

/** Does the work, and gives what `recover` makes of what it throws: now, or when it comes. */
export function orElse<T, U>(
  work: () => T | PromiseLike<T>,
  recover: (thrown: unknown) => MaybePromise<U>,
): MaybePromise<T | U> {
  try {
    const value = work();
    return isPromise(value) ? Promise.resolve(value).catch(recover) : value;
  } catch (thrown) {
    return recover(thrown);
  }
}

/** Works on items one after the other, each when the one before is through; all of them now, as far as nothing has to be waited for. */
export function inTurn<T>(items: Iterable<T>, work: (item: T) => MaybePromise<void>): MaybePromise<void> {
  const iterator = items[Symbol.iterator]();
  const goOn = (): MaybePromise<void> => {
    for (let next = iterator.next(); !next.done; next = iterator.next()) {
      const working = work(next.value);
      if (isPromise(working)) return working.then(goOn);
    }
  };
  return goOn();
}
