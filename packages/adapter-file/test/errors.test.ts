import { errorCodes } from '@towline/downloader-core/spi';
import { describe, expect, it } from 'vitest';
import { fileErrorCodes } from '../src/index.ts';

describe('the table of codes', () => {
  it('L9 adds to that of core, and redefines none', () => {
    expect(Object.keys(fileErrorCodes).filter((code) => code in errorCodes)).toEqual([]);
  });

  it('L9 says of each code what happened and what to do', () => {
    for (const { meaning, action } of Object.values(fileErrorCodes)) expect(meaning && action).toMatch(/\.$/u);
  });
});
