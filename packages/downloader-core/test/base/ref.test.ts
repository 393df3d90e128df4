import { DownloadError, parseRef, type Ref } from '@towline/downloader-core';
import { describe, expect, it } from 'vitest';

const ref: Ref = { v: 1, owner: 'owner', refId: 'R1', transactionId: 'T1', kind: 'file', addresses: ['tcp:host:1'] };

describe('a ref', () => {
  it('R7 is plain JSON and comes back from it as it was', () => {
    expect(parseRef(JSON.parse(JSON.stringify(ref)))).toEqual(ref);
    const { v, owner, refId, transactionId } = ref;
    expect(parseRef({ v, owner, refId, transactionId })).toEqual({ v, owner, refId, transactionId });
  });

  it.each([
    [null, 'is not a plain object'],
    ['R1', 'is not a plain object'],
    [[ref], 'is not a plain object'],
    [{ ...ref, v: 2 }, 'has a version other than 1'],
    [{ ...ref, owner: '' }, 'has a owner that is empty'],
    [{ ...ref, refId: undefined }, 'has a refId that is not a string'],
    [{ ...ref, transactionId: 'a\u0000' }, 'has a transactionId that contains a control character'],
    [{ ...ref, kind: 7 }, 'has a kind that is not a string'],
    [{ ...ref, addresses: 'tcp:host:1' }, 'has addresses that are not a list of strings'],
    [{ ...ref, addresses: [1] }, 'has addresses that are not a list of strings'],
  ])('R7 %j is none: it %s', (input, problem) => {
    expect(() => parseRef(input)).toThrow(DownloadError);
    expect(() => parseRef(input)).toThrow(`ref ${problem}`);
    expect(() => parseRef(input)).toThrow(expect.objectContaining({ code: 'invalid_argument', side: 'local' }));
  });
});
