import { DownloadError } from '@towline/downloader-core/spi';
import { describe, expect, it } from 'vitest';
import { CommandError } from '../src/command-error.ts';
import { combineExitCodes, exitCodeOfError, exitCodeOfOutcome, type OwnerVerdict } from '../src/exit-code.ts';

const success = { status: 'success' };
const failed = { status: 'failed', reason: 'idle' };
const verdict = (fields: Partial<OwnerVerdict>): OwnerVerdict => ({
  status: 'failed',
  quorumMet: false,
  receivers: [],
  others: [],
  ...fields,
});
const all = { expects: 'all', interrupted: false } as const;

describe('exit codes of errors', () => {
  it.each([
    ['source_changed', 1],
    ['consumer_failed', 1],
    ['deleted', 1],
    ['invalid_argument', 2],
    ['unreachable', 3],
    ['link_lost', 3],
    ['auth_failed', 3],
    ['full', 3],
    ['name_taken', 3],
    ['already_finished', 3],
    ['integrity', 4],
    ['aborted', 130],
  ] as const)('J3 %s is %i', (code, exit) => {
    expect(exitCodeOfError(new DownloadError(code, 'x'))).toBe(exit);
  });

  it.each([
    ['target_exists', 2],
    ['link_refused', 2],
    ['source_missing', 2],
    ['no_space', 1],
    ['not_writable', 1],
    ['unsafe_name', 1],
  ])('J3 %s of files is %i', (code, exit) => {
    expect(exitCodeOfError(new DownloadError(code, 'x'))).toBe(exit);
  });

  it('J3 wrong use and damaged tickets are 2, anything unknown is 1', () => {
    expect(exitCodeOfError(new CommandError('usage', 'x'))).toBe(2);
    expect(exitCodeOfError(new CommandError('bad_ticket', 'x'))).toBe(2);
    expect(exitCodeOfError(new CommandError('target_exists', 'x'))).toBe(2);
    expect(exitCodeOfError(new CommandError('output_failed', 'x'))).toBe(1);
    expect(exitCodeOfError(new TypeError('x'))).toBe(1);
    expect(exitCodeOfError(new DownloadError('toString', 'x'))).toBe(1);
  });

  it('J3 of several causes the highest of 4, 3, 1 counts, and an interruption before all', () => {
    expect(combineExitCodes([])).toBe(0);
    expect(combineExitCodes([1, 4, 3])).toBe(4);
    expect(combineExitCodes([1, 3, 0])).toBe(3);
    expect(combineExitCodes([2, 1])).toBe(1);
    expect(combineExitCodes([2])).toBe(2);
    expect(combineExitCodes([4, 130])).toBe(130);
  });
});

describe('the exit code of share', () => {
  it('J3 is 0 when all is delivered, also when it was interrupted only then', () => {
    const delivered = verdict({ status: 'completed', quorumMet: true, receivers: [success] });
    expect(exitCodeOfOutcome(delivered, all)).toBe(0);
    expect(exitCodeOfOutcome(delivered, { expects: 'all', interrupted: true })).toBe(0);
  });

  it('J3 is 1 when not all is delivered', () => {
    expect(exitCodeOfOutcome(verdict({ receivers: [success, failed] }), all)).toBe(1);
    expect(exitCodeOfOutcome(verdict({}), all)).toBe(1);
  });

  it('J3 with --quorum is 0 when the quorum is met', () => {
    const quorum = { expects: 'quorum', interrupted: false } as const;
    expect(exitCodeOfOutcome(verdict({ quorumMet: true, receivers: [success, failed] }), quorum)).toBe(0);
    expect(exitCodeOfOutcome(verdict({ receivers: [success, failed] }), quorum)).toBe(1);
  });

  it('J3 is 4 when bytes arrived damaged at a receiver', () => {
    expect(exitCodeOfOutcome(verdict({ receivers: [failed, { status: 'failed', reason: 'integrity' }] }), all)).toBe(4);
  });

  it('J3 is 130 when it was interrupted', () => {
    expect(exitCodeOfOutcome(verdict({ receivers: [failed] }), { expects: 'all', interrupted: true })).toBe(130);
  });

  it('J3 strangers that fail change nothing', () => {
    const delivered = verdict({ status: 'completed', quorumMet: true, receivers: [success], others: [failed] });
    expect(exitCodeOfOutcome(delivered, all)).toBe(0);
  });

  it('C1 with --receivers any is 0 if nobody failed, however it ended', () => {
    for (const interrupted of [true, false]) {
      const goal = { expects: 'whoever', interrupted } as const;
      expect(exitCodeOfOutcome(verdict({ receivers: [success] }), goal)).toBe(0);
      expect(exitCodeOfOutcome(verdict({}), goal)).toBe(0);
      expect(exitCodeOfOutcome(verdict({ receivers: [success, failed] }), goal)).toBe(1);
      expect(exitCodeOfOutcome(verdict({ others: [failed] }), goal)).toBe(1);
    }
  });
});
