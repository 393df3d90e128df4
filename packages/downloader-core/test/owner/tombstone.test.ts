import { describe, expect, it } from 'vitest';

import { type FinalStatus, newEntry } from '../../src/owner/ledger.ts';
import { answerConfirm, answerPull, makeTombstone } from '../../src/owner/tombstone.ts';

const final = (status: 'success' | 'failed', downloadId: string): FinalStatus => ({
  status,
  reason: undefined,
  downloadId,
  nonce: `nonce of ${downloadId}`,
});
const entry = (receiverId: string, status?: FinalStatus): ReturnType<typeof newEntry> =>
  Object.assign(newEntry(receiverId), { final: status });
const stone = makeTombstone('T1', [
  entry('good', final('success', 'D1')),
  entry('bad', final('failed', 'D2')),
  entry('open'),
]);

describe('a tombstone', () => {
  it('B2 the same download learns again how it ended', () => {
    expect(answerPull(stone, 'good', 'D1')).toBe('eof');
    expect(answerPull(stone, 'bad', 'D2')).toBe('error');
  });

  it('B2 another download, or a receiver that is not recorded, is refused', () => {
    expect(answerPull(stone, 'good', 'D9')).toBe('already_finished');
    expect(answerPull(stone, 'open', 'D3')).toBe('already_finished');
    expect(answerPull(stone, 'stranger', 'D1')).toBe('already_finished');
  });

  it('B2 a repeated confirmation is recorded when it is the very one that was', () => {
    const confirm = { downloadId: 'D1', nonce: 'nonce of D1', status: 'success' } as const;
    expect(answerConfirm(stone, 'good', confirm)).toBe(true);
    expect(answerConfirm(stone, 'good', { ...confirm, nonce: 'other' })).toBe(false);
    expect(answerConfirm(stone, 'good', { ...confirm, downloadId: 'D9' })).toBe(false);
    expect(answerConfirm(stone, 'good', { ...confirm, status: 'failed' })).toBe(false);
    expect(answerConfirm(stone, 'bad', { ...confirm, downloadId: 'D2', nonce: 'nonce of D2' })).toBe(false);
    expect(answerConfirm(stone, 'open', confirm)).toBe(false);
  });
});
