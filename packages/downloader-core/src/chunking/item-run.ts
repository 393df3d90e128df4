/** Gives the bytes of an item: at once, or when they are there. */
export type ReadItem = (index: number, signal: AbortSignal) => Uint8Array | Promise<Uint8Array>;

/** What a run of items reads, and how far ahead. */
export interface ItemRunSetup {
  readonly read: ReadItem;
  readonly count: number;
  /** How many items are read before they are needed, where reading takes time. */
  readonly readAhead: number;
}

/**
 * Items that are read one after the other. Where one is not there at once, those behind it are begun with it; what was read and not
 * used yet is kept for the next chunk. A run only saves work: the same items can always be read anew.
 */
export class ItemRun {
  readonly #setup: ItemRunSetup;
  readonly #kept = new Map<number, Uint8Array | Promise<Uint8Array>>();
  readonly #ending = new AbortController();

  constructor(setup: ItemRunSetup) {
    this.#setup = setup;
  }

  /** Whether it holds anything that reading anew would cost. */
  get isEmpty(): boolean {
    return this.#kept.size === 0;
  }

  /** The bytes of an item. Rejects with what reading throws. */
  at(index: number): Uint8Array | Promise<Uint8Array> {
    const bytes = this.#kept.get(index) ?? this.#read(index);
    if (!(bytes instanceof Uint8Array)) this.#readAhead(index);
    return bytes;
  }

  /** Keeps an item that the next chunk needs. */
  keep(index: number, bytes: Uint8Array): void {
    this.#kept.set(index, bytes);
  }

  /** Lets go of the items before `index`. */
  passed(index: number): void {
    for (const known of this.#kept.keys()) if (known < index) this.#kept.delete(known);
  }

  /** Nobody goes on from here: what is still being read is aborted. */
  end(reason: unknown): void {
    this.#kept.clear();
    this.#ending.abort(reason);
  }

  #readAhead(index: number): void {
    const { count, readAhead } = this.#setup;
    for (let next = index + 1; next < count && next <= index + readAhead; next += 1) {
      if (this.#kept.has(next)) continue;
      const bytes = this.#read(next);
      this.#kept.set(next, bytes);
      // One that is read ahead fails when it is needed, if it ever is.
      if (!(bytes instanceof Uint8Array)) bytes.catch(() => {});
    }
  }

  #read(index: number): Uint8Array | Promise<Uint8Array> {
    try {
      return this.#setup.read(index, this.#ending.signal);
    } catch (thrown) {
      return Promise.reject(thrown);
    }
  }
}
