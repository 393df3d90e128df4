import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { checkSpace, spaceProblem } from '../../src/target/space.ts';
import { temporaryFolders } from '@towline/conformance/files';

const newFolder = temporaryFolders(afterEach);

describe('room on a disk', () => {
  it.each([
    [100, 5, undefined],
    [101, 1, '101 bytes are needed and 100 are free'],
    [0, 6, '6 files and folders are to be made and there is room for 5'],
  ])('for %i bytes in %i files', (bytes, files, problem) => {
    expect(spaceProblem({ bytes: 100, files: 5 }, bytes, files)).toBe(problem);
  });

  it('for any number of files, where there is no limit', () => {
    expect(spaceProblem({ bytes: 100, files: undefined }, 1, 1_000_000)).toBeUndefined();
  });

  it('is asked of the disk that the folder is on', async () => {
    await expect(checkSpace(newFolder(), 1, 1)).resolves.toBeUndefined();
    await expect(checkSpace(newFolder(), Number.MAX_SAFE_INTEGER, 1)).rejects.toMatchObject({ code: 'no_space' });
    await expect(checkSpace(join(newFolder(), 'missing'), 1, 1)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
