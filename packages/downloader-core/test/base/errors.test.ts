import { asDownloadError, DownloadError, errorCodes, isDownloadError } from '@towline/downloader-core';
import { describe, expect, it } from 'vitest';

import { errorCodeEntry } from '../../src/base/errors.ts';

const exits = (...codes: (keyof typeof errorCodes)[]): number[] => codes.map((code) => errorCodes[code].exit);

describe('the error of transfers', () => {
  it('L9 it has code, side, retryable, refId, peer and cause', () => {
    const cause = new Error('inner');
    const error = new DownloadError('link_lost', 'the link was lost', { refId: 'R1', peer: 'owner', cause });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: 'DownloadError',
      code: 'link_lost',
      message: 'the link was lost',
      side: 'remote',
      retryable: true,
      refId: 'R1',
      peer: 'owner',
      cause,
    });
  });

  it('L9 side and retryable come from the table unless they are given', () => {
    expect(new DownloadError('aborted', '')).toMatchObject({ side: 'local', retryable: false });
    expect(new DownloadError('link_lost', '', { side: 'local', retryable: false })).toMatchObject({
      side: 'local',
      retryable: false,
    });
    expect(new DownloadError('disk_full', '')).toMatchObject({ side: 'local', retryable: false });
  });

  it('L9 a code that is the name of something every object has is not in the table', () => {
    expect(errorCodeEntry('toString')).toBeUndefined();
    expect(new DownloadError('constructor', '')).toMatchObject({ side: 'local', retryable: false });
  });

  it('L9 an error of another copy of the package is known', () => {
    const foreign = { [Symbol.for('towline/1 error')]: true, code: 'full' };
    expect(isDownloadError(foreign)).toBe(true);
    expect(asDownloadError(foreign, 'consumer_failed')).toBe(foreign);
    expect([isDownloadError(new Error('x')), isDownloadError(undefined), isDownloadError('full')]).toEqual([
      false,
      false,
      false,
    ]);
  });

  it('L9 anything else becomes one, with itself as the cause', () => {
    const cause = new TypeError('no such thing');
    const error = asDownloadError(cause, 'consumer_failed', { refId: 'R1' });
    expect(error).toMatchObject({ code: 'consumer_failed', message: 'no such thing', refId: 'R1', cause });
    expect(asDownloadError(undefined, 'protocol')).toMatchObject({ code: 'protocol', message: '[object Undefined]' });
  });
});

describe('the table of codes', () => {
  it.each(Object.entries(errorCodes))(
    'L9 %s says what happened and what to do',
    (code, { side, exit, meaning, action }) => {
      expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
      expect(code.length).toBeLessThanOrEqual(64);
      expect(['local', 'remote']).toContain(side);
      expect([1, 2, 3, 4, 130]).toContain(exit);
      expect(meaning).toMatch(/^[A-Z].*\.$/);
      expect(action).toMatch(/^[A-Z].*\.$/);
    },
  );

  it('L9 wrong use is exit code 2, a refusal or no link 3, damage 4, abort 130', () => {
    expect(exits('invalid_argument', 'bad_request')).toEqual([2, 2]);
    expect(exits('unknown_ref', 'not_admitted', 'unreachable')).toEqual([3, 3, 3]);
    expect(exits('integrity', 'aborted')).toEqual([4, 130]);
  });

  it('L2 what is tried again is what the rule says', () => {
    const retryable = Object.entries(errorCodes).filter(([, entry]) => entry.retryable);
    expect(retryable.map(([code]) => code).toSorted()).toEqual([
      'link_lost',
      'producer_failed',
      'request_timeout',
      'request_unknown',
      'stalled',
      'unreachable',
    ]);
  });
});
