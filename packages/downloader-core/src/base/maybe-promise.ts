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
