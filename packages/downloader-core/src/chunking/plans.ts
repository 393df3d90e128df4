import { isPromise, type MaybePromise } from '../base/maybe-promise.ts';

/**
 * What requests mean: one plan for each, made once however many chunks and receivers ask, and for no request the whole. Core parses a
 * request once for each download, so its object stands for it.
 */
export class RequestPlans<Q extends object, P> {
  readonly #whole: P;
  readonly #make: (request: Q) => MaybePromise<P>;
  readonly #plans = new WeakMap<Q, MaybePromise<P>>();

  /** `whole` is the plan for no request; `make` makes that of a request, and may throw or reject. */
  constructor(whole: P, make: (request: Q) => MaybePromise<P>) {
    this.#whole = whole;
    this.#make = make;
  }

  /** At once, when it is made. Fails with what the making throws; it is made anew then when it is asked for again. */
  of(request: Q | undefined): MaybePromise<P> {
    if (request === undefined) return this.#whole;
    return this.#plans.get(request) ?? this.#keep(request, this.#make(request));
  }

  #keep(request: Q, plan: MaybePromise<P>): MaybePromise<P> {
    this.#plans.set(request, plan);
    if (isPromise(plan)) {
      plan.then(
        (made) => this.#plans.set(request, made),
        () => this.#plans.delete(request),
      );
    }
    return plan;
  }
}
