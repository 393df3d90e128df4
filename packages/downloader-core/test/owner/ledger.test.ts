import { describe, expect, it } from 'vitest';

import {
  beginPull,
  countServed,
  judgeConfirm,
  judgePull,
  type LedgerEntry,
  newEntry,
  type PendingServe,
  type PullNumber,
} from '../../src/owner/ledger.ts';

const serve = (downloadId: string, nonce: string): PendingServe => ({ downloadId, nonce });
const confirm = (
  downloadId: string,
  nonce: string,
  status: 'success' | 'failed' = 'success',
): PendingServe & { status: 'success' | 'failed' } => ({ downloadId, nonce, status });

const pull = (downloadId: string, pullNo: number, linkId = 'L1'): PullNumber => ({ downloadId, pullNo, linkId });

/** An entry whose current download is `downloadId`, at pull `pullNo`. */
function pulling(downloadId: string, pullNo = 1): LedgerEntry {
  const entry = newEntry('a');
  beginPull(entry, pull(downloadId, pullNo));
  return entry;
}

describe('the ledger', () => {
  it('S11 only a pull above the last one seen of its download is served', () => {
    expect(judgePull(undefined, pull('D1', 1))).toBe('serve');
    expect(judgePull(newEntry('a'), pull('D1', 1))).toBe('serve');
    const entry = pulling('D1', 3);
    expect([1, 2, 3, 4].map((pullNo) => judgePull(entry, pull('D1', pullNo)))).toEqual([
      'ignore',
      'ignore',
      'ignore',
      'serve',
    ]);
  });

  it('S11 the last pull is served again over another link, and only that', () => {
    const entry = pulling('D1', 3);
    expect([2, 3, 4].map((pullNo) => judgePull(entry, pull('D1', pullNo, 'L2')))).toEqual(['ignore', 'serve', 'serve']);
    beginPull(entry, pull('D1', 3, 'L2'));
    expect(judgePull(entry, pull('D1', 3, 'L2'))).toBe('ignore');
  });

  it('S11 a repeated pull is ignored even when the receiver has failed meanwhile', () => {
    const entry = pulling('D1', 2);
    entry.final = { status: 'failed', reason: 'idle', downloadId: 'D1', nonce: undefined };
    expect(judgePull(entry, pull('D1', 2))).toBe('ignore');
  });

  it('S12 a new download replaces the current one, which cannot come back', () => {
    const entry = pulling('D1', 5);
    expect(judgePull(entry, pull('D2', 1))).toBe('replaces');
    beginPull(entry, pull('D2', 1));
    expect(judgePull(entry, pull('D1', 6))).toBe('replaced');
    expect(judgePull(entry, pull('D2', 2))).toBe('serve');
  });

  it('S12 what is remembered of replaced downloads is bounded', () => {
    const entry = pulling('D0');
    for (let index = 1; index <= 100; index += 1) beginPull(entry, pull(`D${index}`, 1));
    expect(entry.replaced.length).toBeLessThan(20);
    expect(judgePull(entry, pull('D99', 2))).toBe('replaced');
  });

  it('D7 a final-failed receiver is refused, a final-successful one is served', () => {
    const entry = pulling('D1');
    entry.final = { status: 'failed', reason: 'idle', downloadId: 'D1', nonce: undefined };
    expect(judgePull(entry, pull('D1', 2))).toBe('already_failed');
    expect(judgePull(entry, pull('D2', 1))).toBe('already_failed');
    entry.final = { status: 'success', reason: undefined, downloadId: 'D1', nonce: 'n' };
    expect(judgePull(entry, pull('D1', 2))).toBe('serve');
    expect(judgePull(entry, pull('D2', 1))).toBe('replaces');
  });

  it('D2 a confirmation counts for the pending serve of the current download only', () => {
    const entry = pulling('D1');
    expect(judgeConfirm(entry, confirm('D1', 'n1'))).toBe('stale');
    entry.pending = serve('D1', 'n1');
    expect(judgeConfirm(entry, confirm('D1', 'n1'))).toBe('record');
    expect(judgeConfirm(entry, confirm('D1', 'n2'))).toBe('stale');
    expect(judgeConfirm(entry, confirm('D2', 'n1'))).toBe('stale');
  });

  it('D2 a new download drops what waited to be confirmed', () => {
    const entry = pulling('D1');
    entry.pending = serve('D1', 'n1');
    beginPull(entry, pull('D2', 1));
    expect(judgeConfirm(entry, confirm('D1', 'n1'))).toBe('stale');
  });

  it('D3 a later serve takes the place of the pending one, and the first accepted confirmation is final', () => {
    const entry = pulling('D1');
    entry.pending = serve('D1', 'n1');
    entry.pending = serve('D1', 'n2');
    expect(judgeConfirm(entry, confirm('D1', 'n1'))).toBe('stale');
    entry.final = { status: 'success', reason: undefined, downloadId: 'D1', nonce: 'n2' };
    expect(judgeConfirm(entry, confirm('D1', 'n2'))).toBe('known');
    expect(judgeConfirm(entry, confirm('D1', 'n1'))).toBe('stale');
  });

  it('D4 a repeat that says the opposite is not what was recorded', () => {
    const entry = pulling('D1');
    entry.final = { status: 'failed', reason: 'consumer_failed', downloadId: 'D1', nonce: 'n1' };
    expect(judgeConfirm(entry, confirm('D1', 'n1', 'failed'))).toBe('known');
    expect(judgeConfirm(entry, confirm('D1', 'n1', 'success'))).toBe('stale');
  });

  it('S8 bytes and items done are the highest that any pull reached', () => {
    const entry = newEntry('a');
    countServed(entry, { bytes: 5, items: undefined });
    expect(entry).toMatchObject({ bytesDone: 5, itemsDone: undefined });
    countServed(entry, { bytes: 3, items: 2 });
    countServed(entry, { bytes: 4, items: 1 });
    expect(entry).toMatchObject({ bytesDone: 5, itemsDone: 2 });
  });
});
