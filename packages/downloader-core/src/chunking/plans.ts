/**
 * What requests mean: one plan for each, made once however many chunks and receivers ask, and for no request the whole. Core parses a
 * request once for each download, so its object stands for it.
 */
export class RequestPlans<Q extends object, P> {
  readonly #whole: Promise<P>;
  readonly #make: (request: Q) => Promise<P>;
  readonly #plans = new WeakMap<Q, Promise<P>>();

  /** `whole` is the plan for no request; `make` makes that of a request, and may reject. */
  constructor(whole: P, make: (request: Q) => Promise<P>) {
    this.#whole = Promise.resolve(whole);
    this.#make = make;
  }

  /** Rejects with what the making throws; it is made anew then when it is asked for again. */
  of(request: Q | undefined): Promise<P> {
    if (request === undefined) return this.#whole;
    const planning = this.#plans.get(request) ?? this.#make(request);
    this.#plans.set(request, planning);
    planning.catch(() => this.#plans.delete(request));
    return planning;
  }
}
