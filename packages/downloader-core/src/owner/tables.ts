import type { TransactionEnd } from '../base/downloadable.ts';
import type { LedgerEntry } from './ledger.ts';
import type { Outcome } from './outcome.ts';
import type { OwnedTransaction } from './owned-transaction.ts';
import type { ServedRef } from './served-ref.ts';

/** What a transaction needs of the owner's tables. */
export interface TransactionTables {
  /** Makes a ref id live; throws `ref_exists`. */
  link(ref: ServedRef, transaction: OwnedTransaction): void;
  /** Takes a ref that could not be added back. */
  unlink(ref: ServedRef): void;
  /** The ref was added: what remained of an earlier one of its id is forgotten. */
  added(ref: ServedRef): void;
  /** Takes the transaction and its refs out of service, in one step; leaves tombstones when it finished. */
  retire(transaction: OwnedTransaction, end: TransactionEnd): void;
  /** A receiver became final after the end: a tombstone of the ref is to know. */
  finalAfterEnd(transaction: OwnedTransaction, ref: ServedRef, entry: LedgerEntry): void;
  /** Keeps the outcome. */
  archive(outcome: Outcome): void;
}
