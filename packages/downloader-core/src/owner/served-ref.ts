import type { Description } from '../base/description.ts';
import type { Downloadable } from '../base/downloadable.ts';
import type { Ref } from '../base/ref.ts';
import { type LedgerEntry, newEntry } from './ledger.ts';
import type { Serving } from './serving.ts';

/** One object of one transaction, with its ledger. */
export class ServedRef {
  readonly refId: string;
  readonly object: Downloadable;
  /** Kept for the callbacks, whatever the object does with its own field. */
  readonly baseObject: unknown;
  readonly entries: Map<string, LedgerEntry> = new Map();
  /** The open pull of each receiver. */
  readonly servings: Map<string, Serving> = new Map();
  /** Set once all expected receivers were final. */
  toldAll: boolean = false;
  #description: Promise<Description> | undefined;

  constructor(refId: string, object: Downloadable) {
    this.refId = refId;
    this.object = object;
    this.baseObject = object.baseObject ?? object;
  }

  /** The entry of a receiver, made when it is new. */
  entryOf(receiverId: string): LedgerEntry {
    const entry = this.entries.get(receiverId) ?? newEntry(receiverId);
    this.entries.set(receiverId, entry);
    return entry;
  }

  /** The object's description, asked for once; again after a failure. */
  describe(): Promise<Description> {
    this.#description ??= this.#ask().catch((error: unknown) => {
      this.#description = undefined;
      throw error;
    });
    return this.#description;
  }

  /** What receivers are given. */
  toRef(owner: string, transactionId: string, addresses: readonly string[] | undefined): Ref {
    const { refId } = this;
    const { kind } = this.object;
    return {
      v: 1,
      owner,
      refId,
      transactionId,
      ...(kind === undefined ? {} : { kind }),
      ...(addresses === undefined ? {} : { addresses }),
    };
  }

  async #ask(): Promise<Description> {
    const description = (await this.object.describe?.()) ?? {};
    const { kind } = this.object;
    return kind === undefined || description.kind !== undefined ? description : { ...description, kind };
  }
}
