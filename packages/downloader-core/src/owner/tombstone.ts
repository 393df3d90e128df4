import { FewMap } from '../base/few-map.ts';
import { type ConfirmedServe, type FinalStatus, isRepeat, type LedgerEntry } from './ledger.ts';

/** What remains of a ref whose transaction finished (rule B1): plain data. */
export interface Tombstone {
  readonly transactionId: string;
  readonly receivers: FewMap<FinalStatus>;
}

/** The tombstone of a ref. */
export function makeTombstone(transactionId: string, entries: Iterable<LedgerEntry>): Tombstone {
  const receivers = new FewMap<FinalStatus>();
  for (const entry of entries) if (entry.final) receivers.set(entry.receiverId, entry.final);
  return { transactionId, receivers };
}

/** What a pull of a finished ref gets (rule B2). */
export function answerPull(
  stone: Tombstone,
  receiverId: string,
  downloadId: string,
): 'eof' | 'error' | 'already_finished' {
  const final = stone.receivers.get(receiverId);
  if (!final || final.downloadId !== downloadId) return 'already_finished';
  return final.status === 'success' ? 'eof' : 'error';
}

/** Whether a repeated confirmation of a finished ref is the one that was recorded. */
export function answerConfirm(stone: Tombstone, receiverId: string, confirm: ConfirmedServe): boolean {
  const final = stone.receivers.get(receiverId);
  return final !== undefined && isRepeat(final, confirm);
}
