/** Where a value stands in a {@link Roll}. */
export interface Place<T> {
  readonly value: T;
  before: Place<T> | undefined;
  after: Place<T> | undefined;
}

/**
 * Values that come and go all the time, in the order of coming. Not a `Set`: each time that one has filled up with what has gone its
 * table is replaced, and V8 links the old table, with all that was in it, to the new one: once one of them has become old,
 * nothing that was ever seen at such a moment dies before the next full collection.
 */
export class Roll<T> implements Iterable<T> {
  #first: Place<T> | undefined;
  #last: Place<T> | undefined;

  /** The value that came first. */
  get first(): T | undefined {
    return this.#first?.value;
  }

  add(value: T): Place<T> {
    const place: Place<T> = { value, before: this.#last, after: undefined };
    if (this.#last) this.#last.after = place;
    else this.#first = place;
    this.#last = place;
    return place;
  }

  /** Takes a value out; nothing happens the second time. */
  delete(place: Place<T>): void {
    const { before, after } = place;
    if (!before && this.#first !== place) return;
    if (before) before.after = after;
    else this.#first = after;
    if (after) after.before = before;
    else this.#last = before;
    // What has gone must not hold what came later.
    place.before = place.after = undefined;
  }

  clear(): void {
    for (let place = this.#first; place; place = this.#first) this.delete(place);
  }

  /** Take a copy when values may go meanwhile. */
  *places(): Generator<Place<T>, void, void> {
    for (let place = this.#first; place; place = place.after) yield place;
  }

  /** As {@link places}. */
  *[Symbol.iterator](): Generator<T, void, void> {
    for (const { value } of this.places()) yield value;
  }
}
