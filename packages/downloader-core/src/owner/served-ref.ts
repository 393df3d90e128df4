import type { Description } from '../base/description.ts';
import type { Downloadable } from '../base/downloadable.ts';
import { FewMap } from '../base/few-map.ts';
import { isPromise, type MaybePromise } from '../base/maybe-promise.ts';
import type { Ref } from '../base/ref.ts';
import type { OwnerContext } from './context.ts';
import { Convoy } from './convoy.ts';
import { type LedgerEntry, newEntry } from './ledger.ts';
import type { CheckedChunk } from './produced.ts';
import type { Serving } from './serving.ts';
import { SharedChunks } from './shared-chunks.ts';

/** What a {@link ServedRef} works with. */
export type RefContext = Pick<OwnerContext, 'callbacks' | 'capabilities' | 'clock' | 'idleChunks'>;

/** One object of one transaction, with its ledger. */
export class ServedRef {
  readonly refId: string;
  readonly object: Downloadable;
  /** Kept for the callbacks, whatever the object does with its own field. */
  readonly baseObject: unknown;
  readonly entries: FewMap<LedgerEntry> = new FewMap();
  /** The open pull of each receiver. */
  readonly servings: FewMap<Serving> = new FewMap();
  /** Set once all expected receivers were final. */
  toldAll: boolean = false;
  readonly #context: RefContext;
  #chunks: SharedChunks | undefined;
  #convoy: Convoy<Serving> | undefined;
  #description: MaybePromise<Description> | undefined;

  constructor(refId: string, object: Downloadable, context: RefContext) {
    this.refId = refId;
    this.object = object;
    this.#context = context;
    this.baseObject = object.baseObject ?? object;
  }

  /** What several receivers want at about the same time. */
  get chunks(): SharedChunks {
    const { idleChunks } = this.#context;
    return (this.#chunks ??= new SharedChunks({ idle: idleChunks, onDropped: (chunk) => this.recycle(chunk) }));
  }

  /** Those who pull it, and who of them waits for whom. */
  get convoy(): Convoy<Serving> {
    const { clock, idleChunks } = this.#context;
    return (this.#convoy ??= new Convoy({ clock, nearBytes: idleChunks.mostBytes, travellers: this.servings }));
  }

  /** A pull was sent a chunk, or is sent nothing more. */
  moved(serving: Serving): void {
    this.#convoy?.moved(serving);
  }

  /** Forgets what is kept for others. */
  forgetChunks(): void {
    this.#chunks?.clear();
  }

  /** The entry of a receiver, made when it is new. */
  entryOf(receiverId: string): LedgerEntry {
    const known = this.entries.get(receiverId);
    if (known) return known;
    const entry = newEntry(receiverId);
    this.entries.set(receiverId, entry);
    return entry;
  }

  /** The object's description, asked for once; again after a failure. */
  describe(): MaybePromise<Description> {
    return (this.#description ??= this.#ask());
  }

  /** Tells the object that nobody reads a chunk of it any more, unless its memory may have gone to somebody. */
  recycle({ recycle }: CheckedChunk): void {
    const { callbacks, capabilities } = this.#context;
    if (!recycle || capabilities.handsOver || capabilities.detachesBodies) return;
    void callbacks.run('recycle()', recycle);
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

  #ask(): MaybePromise<Description> {
    const asked = this.object.describe?.() ?? {};
    if (!isPromise(asked)) return this.#ofKind(asked);
    const coming = Promise.resolve(asked).then((description) => this.#ofKind(description ?? {}));
    coming.catch(() => (this.#description = undefined));
    return coming;
  }

  #ofKind(description: Description): Description {
    const { kind } = this.object;
    return kind === undefined || description.kind !== undefined ? description : { ...description, kind };
  }
}
