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
  readonly #begun = new Map<number, Uint8Array | Promise<Uint8Array>>();
  readonly #ending = new AbortController();

  constructor(setup: ItemRunSetup) {
    this.#setup = setup;
  }

  /** Whether it holds anything that reading anew would cost. */
  get isEmpty(): boolean {
    return this.#begun.size === 0;
  }

  /** The bytes of an item. Rejects with what reading throws. */
  at(index: number): Uint8Array | Promise<Uint8Array> {
    const bytes = this.#begin(index);
    if (bytes instanceof Uint8Array) return bytes;
    const { count, readAhead } = this.#setup;
    for (let next = index + 1; next < count && next <= index + readAhead; next += 1) void this.#begin(next);
    return bytes;
  }

  /** Lets go of the items before `index`. */
  passed(index: number): void {
    for (const known of this.#begun.keys()) if (known < index) this.#begun.delete(known);
  }

  /** Nobody goes on from here: what is still being read is aborted. */
  end(reason: unknown): void {
    this.#begun.clear();
    this.#ending.abort(reason);
  }

  #begin(index: number): Uint8Array | Promise<Uint8Array> {
    const known = this.#begun.get(index);
    if (known !== undefined) return known;
    const bytes = this.#read(index);
    this.#begun.set(index, bytes);
    // One that is read ahead fails when it is needed, if it ever is.
    if (!(bytes instanceof Uint8Array)) bytes.catch(() => {});
    return bytes;
  }

  #read(index: number): Uint8Array | Promise<Uint8Array> {
    try {
      return this.#setup.read(index, this.#ending.signal);
    } catch (thrown) {
      return Promise.reject(thrown);
    }
  }
}
