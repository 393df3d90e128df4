import { writeFileSync } from 'node:fs';
import type * as fsPromises from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { publishFile } from '../../src/target/publish.ts';
import { makeTree, readTree } from '@towline/conformance/files';
import { temporaryFolders } from '@towline/conformance/files';

// As FAT does: such a disk is hardly to be had in a test.
vi.mock('node:fs/promises', async (importActual) => ({
  ...(await importActual<typeof fsPromises>()),
  link: () => Promise.reject(Object.assign(new Error('ENOTSUP: no links here'), { code: 'ENOTSUP' })),
}));

const newFolder = temporaryFolders(afterEach);

it('a disk without a second name for a file gets its file, too', async () => {
  const directory = newFolder();
  makeTree(directory, { part: 'new' });
  await publishFile(join(directory, 'part'), { directory, path: join(directory, 'target'), overwrite: false });
  expect(readTree(directory)).toEqual({ target: 'new' });
});

it('I4 there, too, a file that somebody made meanwhile is not replaced', async () => {
  const directory = newFolder();
  makeTree(directory, { part: 'new' });
  writeFileSync(join(directory, 'target'), 'old');
  const publishing = publishFile(join(directory, 'part'), {
    directory,
    path: join(directory, 'target'),
    overwrite: false,
  });
  await expect(publishing).rejects.toMatchObject({ code: 'target_exists' });
  expect(readTree(directory)).toEqual({ part: 'new', target: 'old' });
});
