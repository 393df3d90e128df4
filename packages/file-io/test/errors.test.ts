import { errorCodes } from '@towline/downloader-core/spi';
import { describe, expect, it } from 'vitest';
import { diskErrorCodes, sourceError, targetError } from '../src/errors.ts';

const systemError = (code: string): Error => Object.assign(new Error(`${code}: something`), { code });

describe('the table of codes', () => {
  it('L9 adds to that of core, and redefines none', () => {
    expect(Object.keys(diskErrorCodes).filter((code) => code in errorCodes)).toEqual([]);
  });

  it('L9 says of each code what happened and what to do', () => {
    for (const { meaning, action } of Object.values(diskErrorCodes)) expect(meaning && action).toMatch(/\.$/u);
  });
});

describe('a failed system call', () => {
  it.each([
    ['ENOSPC', 'no_space'],
    ['EDQUOT', 'no_space'],
    ['EACCES', 'not_writable'],
    ['EPERM', 'not_writable'],
    ['EROFS', 'not_writable'],
    ['ENOENT', 'target_missing'],
    ['ENOTDIR', 'target_missing'],
    ['EEXIST', 'target_exists'],
    ['ENOTEMPTY', 'target_exists'],
    ['EISDIR', 'target_exists'],
    ['ENAMETOOLONG', 'unsafe_name'],
    ['EILSEQ', 'unsafe_name'],
    ['EIO', 'disk_error'],
    ['EMFILE', 'disk_error'],
  ])('%s on the receiver’s disk means %s', (system, code) => {
    const cause = systemError(system);
    expect(targetError(cause, 'file')).toMatchObject({ code, side: diskErrorCodes[code as 'no_space'].side, cause });
  });

  it.each([
    ['ENOENT', 'source_missing'],
    ['ENOTDIR', 'source_missing'],
    ['EACCES', 'source_unreadable'],
    ['EIO', 'source_unreadable'],
  ])('%s on the owner’s disk means %s', (system, code) => {
    const cause = systemError(system);
    expect(sourceError(cause, 'file')).toMatchObject({ code, side: 'local', cause });
  });

  it('that is no system error at all is reported all the same', () => {
    expect(targetError('odd', 'file')).toMatchObject({ code: 'disk_error', message: 'file: odd' });
  });
});
