import type { ReceiverStatus } from '../base/downloadable.ts';
import { newProgressStream, type ProgressStream } from '../base/progress.ts';

/** A terminal serve that waits for its confirmation (rule D2). */
export interface PendingServe {
  readonly downloadId: string;
  readonly nonce: string;
}

/** What a confirmation says. */
export interface ConfirmedServe extends PendingServe {
  readonly status: ReceiverStatus;
}

/** A receiver's final status on a ref. */
export interface FinalStatus {
  readonly status: ReceiverStatus;
  readonly reason: string | undefined;
  /** The download that it was decided for, and the nonce of its confirmation: replays answer to no other. */
  readonly downloadId: string | undefined;
  readonly nonce: string | undefined;
}

/** All that is known of one receiver on one ref: plain data. */
export interface LedgerEntry {
  readonly receiverId: string;
  /** Whether it ever pulled this ref. */
  started: boolean;
  /** The current download (rule S12) and the number of its last pull (rule S11). */
  downloadId: string | undefined;
  lastPullNo: number;
  /** The link that it came by. */
  lastLinkId: string | undefined;
  /** Whether the current download was sent a chunk; what it says it has before that, it resumed with. */
  hasChunks: boolean;
  /** Downloads that a newer one replaced, the latest last. */
  replaced: readonly string[];
  pending: PendingServe | undefined;
  final: FinalStatus | undefined;
  bytesDone: number;
  itemsDone: number | undefined;
  resumedBytes: number | undefined;
  bytesTotal: number | undefined;
  itemsTotal: number | undefined;
  wireBytes: number;
  /** A request narrowed the object. */
  selected: boolean;
  readonly progress: ProgressStream;
}

const keptReplaced = 16;
const noneReplaced: readonly string[] = [];

/** An entry of a receiver that has not pulled. */
export function newEntry(receiverId: string): LedgerEntry {
  return {
    receiverId,
    started: false,
    downloadId: undefined,
    lastPullNo: 0,
    lastLinkId: undefined,
    hasChunks: false,
    replaced: noneReplaced,
    pending: undefined,
    final: undefined,
    bytesDone: 0,
    itemsDone: undefined,
    resumedBytes: undefined,
    bytesTotal: undefined,
    itemsTotal: undefined,
    wireBytes: 0,
    selected: false,
    progress: newProgressStream(),
  };
}

interface Counted {
  readonly bytes: number;
  readonly items?: number | undefined;
}

/** What a pull is to an entry (rules S11, S12, D7). */
export type PullVerdict = 'serve' | 'replaces' | 'ignore' | 'replaced' | 'already_failed';

/** What of a pull its place in the ledger depends on. */
export interface PullNumber {
  readonly downloadId: string;
  readonly pullNo: number;
  readonly linkId: string;
}

/** Judges a pull of a receiver with that entry, or none yet. Changes nothing. */
export function judgePull(entry: LedgerEntry | undefined, pull: PullNumber): PullVerdict {
  if (!entry) return 'serve';
  const { downloadId } = pull;
  const isCurrent = entry.downloadId === downloadId;
  if (isCurrent && isSeen(entry, pull)) return 'ignore';
  if (entry.final?.status === 'failed') return 'already_failed';
  if (entry.replaced.includes(downloadId)) return 'replaced';
  return isCurrent || entry.downloadId === undefined ? 'serve' : 'replaces';
}

/**
 * A transport may send what it sent on a connection that did not become the link once more on the one that did: the last number
 * on another link is that pull, and what was begun of it has ended with the link before.
 */
function isSeen({ lastPullNo, lastLinkId }: LedgerEntry, { pullNo, linkId }: PullNumber): boolean {
  return pullNo < lastPullNo || (pullNo === lastPullNo && linkId === lastLinkId);
}

/** Makes a download the current one and notes its pull. A confirmation of the serve before no longer counts. */
export function beginPull(entry: LedgerEntry, { downloadId, pullNo, linkId }: PullNumber): void {
  if (entry.downloadId !== undefined && entry.downloadId !== downloadId) {
    entry.replaced = [...entry.replaced, entry.downloadId].slice(-keptReplaced);
    entry.pending = undefined;
    entry.hasChunks = false;
    entry.resumedBytes = undefined;
  }
  entry.started = true;
  entry.downloadId = downloadId;
  entry.lastPullNo = pullNo;
  entry.lastLinkId = linkId;
}

/** What a confirmation is to an entry: to be recorded, a repeat of the recorded one, or of no effect (rules D2, D3). */
export function judgeConfirm(entry: LedgerEntry, confirm: ConfirmedServe): 'record' | 'known' | 'stale' {
  if (entry.final) return isRepeat(entry.final, confirm) ? 'known' : 'stale';
  const isCurrent = entry.downloadId === confirm.downloadId;
  return isCurrent && entry.pending?.nonce === confirm.nonce ? 'record' : 'stale';
}

/** Whether a confirmation says once more what was recorded. */
export function isRepeat(final: FinalStatus, { downloadId, nonce, status }: ConfirmedServe): boolean {
  return final.downloadId === downloadId && final.nonce === nonce && final.status === status;
}

/** Counts what a receiver says that it has (rule S8). */
export function countConsumed(entry: LedgerEntry, consumed: Counted): void {
  if (consumed.bytes > 0 && !entry.hasChunks) entry.resumedBytes = consumed.bytes;
  countServed(entry, consumed);
}

/** Counts what a pull has brought (rule S8): the highest of what was consumed before it and what it sent itself. */
export function countServed(entry: LedgerEntry, served: Counted): void {
  // A success is served again, and changes nothing (rule D7).
  if (entry.final) return;
  entry.bytesDone = Math.max(entry.bytesDone, served.bytes);
  if (served.items !== undefined) entry.itemsDone = Math.max(entry.itemsDone ?? 0, served.items);
}
