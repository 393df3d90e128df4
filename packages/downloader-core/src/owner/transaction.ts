import type { Downloadable } from '../base/downloadable.ts';
import type { Ref } from '../base/ref.ts';
import type { Outcome } from './outcome.ts';

/** Objects that live and end together (section T of the contract). */
export interface Transaction extends AsyncDisposable {
  /** As it was given, or `T` and a random UUID. Unique among the live transactions of a service. */
  readonly transactionId: string;
  /** The verdict; always resolves, never rejects (rule O4). */
  readonly outcome: Promise<Outcome>;
  /** The refs of the objects, in the order of adding. */
  readonly refs: readonly Ref[];
  /** Identities that hold a seat now, in the order in which they came. */
  seats(): readonly string[];
  /**
   * Adds an object and returns its ref. Throws `not_downloadable`, `transaction_ended`, `transaction_sealed`,
   * `ref_exists`, `invalid_argument`, or what the object's `setTransaction` throws; nothing was added then.
   */
  addObject(object: Downloadable, options?: { readonly refId?: string }): Ref;
  /** No more objects: seals the transaction, which can finish from now on, and gives its outcome. */
  complete(): Promise<Outcome>;
  /** Ends it now as `deleted`. What was confirmed before stays a success. */
  delete(): Promise<Outcome>;
}
