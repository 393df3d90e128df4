/**
 * A map that mostly has one entry: that one takes no table, which would be most of what an object of a kilobyte costs in memory.
 * In the order of setting.
 */
export class FewMap<V> {
  #key: string | undefined;
  #value: V | undefined;
  /** Once there were two entries, all of them. */
  #all: Map<string, V> | undefined;

  get size(): number {
    if (this.#all) return this.#all.size;
    return this.#key === undefined ? 0 : 1;
  }

  has(key: string): boolean {
    return this.#all ? this.#all.has(key) : this.#key === key;
  }

  get(key: string): V | undefined {
    if (this.#all) return this.#all.get(key);
    return this.#key === key ? this.#value : undefined;
  }

  set(key: string, value: V): void {
    if (!this.#all && (this.#key === undefined || this.#key === key)) {
      this.#key = key;
      this.#value = value;
      return;
    }
    this.#all ??= new Map([[this.#key as string, this.#value as V]]);
    this.#all.set(key, value);
  }

  delete(key: string): void {
    if (this.#all) this.#all.delete(key);
    else if (this.#key === key) this.clear();
  }

  clear(): void {
    this.#key = this.#value = this.#all = undefined;
  }

  values(): Iterable<V> {
    if (this.#all) return this.#all.values();
    return this.#key === undefined ? [] : [this.#value as V];
  }
}
