import type { OpenFile } from './open-file.ts';

interface Slot {
  readonly opening: Promise<OpenFile>;
  users: number;
}

/**
 * A few open files by key, so that the pieces of a large file need not open it each time and a large folder does not
 * hold every file open. The file that was not used for the longest time is closed first; one in use never is.
 */
export class FileCache<K> {
  readonly #limit: number;
  // In the order of use: a Map keeps the order in which keys were set.
  readonly #slots = new Map<K, Slot>();

  /** `limit` is how many files stay open; more only as long as they are in use. Default 8. */
  constructor(limit = 8) {
    this.#limit = limit;
  }

  /** Calls `use` with the file of `key`, which is opened by `open` when it is not open yet. */
  async use<T>(key: K, open: () => Promise<OpenFile>, use: (file: OpenFile) => Promise<T>): Promise<T> {
    const slot = this.#slots.get(key) ?? { opening: open(), users: 0 };
    slot.users += 1;
    this.#slots.delete(key);
    this.#slots.set(key, slot);
    try {
      return await use(await slot.opening);
    } catch (thrown) {
      if (this.#slots.get(key) === slot) this.#slots.delete(key);
      throw thrown;
    } finally {
      slot.users -= 1;
      await this.#closeUnused(slot, key);
    }
  }

  /** Closes one file; when it is in use, at the end of that use. */
  async close(key: K): Promise<void> {
    const slot = this.#slots.get(key);
    this.#slots.delete(key);
    if (slot?.users === 0) await close(slot);
  }

  /** Closes what is open; what is in use is closed when that use ends. */
  async clear(): Promise<void> {
    const slots = [...this.#slots.values()];
    this.#slots.clear();
    await Promise.all(slots.filter(({ users }) => users === 0).map((slot) => close(slot)));
  }

  async #closeUnused(used: Slot, key: K): Promise<void> {
    const dropped = this.#slots.get(key) !== used && used.users === 0 ? [used] : [];
    for (const [oldest, slot] of this.#slots) {
      if (this.#slots.size <= this.#limit) break;
      if (slot.users > 0) continue;
      this.#slots.delete(oldest);
      dropped.push(slot);
    }
    await Promise.all(dropped.map((slot) => close(slot)));
  }
}

async function close({ opening }: Slot): Promise<void> {
  // One that could not be opened was reported to who wanted to use it.
  await opening.then(
    (file) => file.close(),
    () => {},
  );
}
