import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FileConsumer, FileDownloadable, FolderConsumer, FolderDownloadable } from '@towline/adapter-file';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolders } from '@towline/conformance/files';
import { transfer } from '../support/transfer.ts';
import { patternBytes } from '@towline/conformance/files';

const MiB = 1024 * 1024;
const newFolder = temporaryFolders(afterEach);

/** Why no small disk can be mounted here, or nothing. */
function obstacle(): string | undefined {
  if (process.platform !== 'linux') return 'only on Linux';
  return process.geteuid?.() === 0 ? undefined : 'only root may mount';
}
const whyNot = obstacle();

// A machine that is there to test must be able to: there, a missing disk is a failure.
const isSkipped = whyNot !== undefined && process.env['CI'] === undefined;

describe.skipIf(isSkipped)(`a disk of one megabyte${isSkipped ? ` (skipped: ${whyNot})` : ''}`, () => {
  let disk = '';
  beforeEach(() => {
    disk = newFolder();
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m,nr_inodes=50', 'tmpfs', disk]);
  });
  afterEach(() => {
    execFileSync('umount', [disk]);
  });

  const openFile = async (bytes: number): Promise<FileDownloadable> => {
    const path = join(newFolder(), 'model.bin');
    writeFileSync(path, patternBytes(bytes));
    return FileDownloadable.open(path, { chunkBytes: 64 * 1024 });
  };
  const openFolder = async (files: number, bytes: number): Promise<FolderDownloadable> => {
    const root = newFolder();
    for (let index = 0; index < files; index += 1)
      writeFileSync(join(root, `f${index}`), patternBytes(bytes, index + 1));
    return FolderDownloadable.open(root, { chunkBytes: 64 * 1024, name: 'data' });
  };
  const fillUp = (): void => writeFileSync(join(disk, 'other'), Buffer.alloc(600 * 1024, 1));

  it('takes what fits', async () => {
    const source = await openFile(MiB / 2);
    const { path } = await transfer(source, new FileConsumer({ directory: disk }));
    expect(readFileSync(path).equals(patternBytes(MiB / 2))).toBe(true);
    await source.release();
  });

  it('that is too small is found before any byte', async () => {
    const source = await openFile(2 * MiB);
    let chunks = 0;
    const receiving = transfer(source, new FileConsumer({ directory: disk }), () => void (chunks += 1));
    await expect(receiving).rejects.toMatchObject({ code: 'no_space', side: 'local' });
    expect(chunks).toBe(0);
    expect(readdirSync(disk)).toEqual([]);
    await source.release();
  });

  it('I4 that fills up while a file arrives is a clear error, and nothing is left', async () => {
    const source = await openFile(MiB / 2);
    let chunks = 0;
    const receiving = transfer(source, new FileConsumer({ directory: disk }), () => {
      if ((chunks += 1) === 3) fillUp();
    });
    await expect(receiving).rejects.toMatchObject({ code: 'no_space' });
    expect(chunks).toBeGreaterThan(3);
    expect(readdirSync(disk)).toEqual(['other']);
    await source.release();
  });

  it('I4 that fills up while a folder arrives is a clear error, and nothing is left', async () => {
    const source = await openFolder(16, 32 * 1024);
    let chunks = 0;
    const receiving = transfer(source, new FolderConsumer({ directory: disk }), () => {
      if ((chunks += 1) === 3) fillUp();
    });
    await expect(receiving).rejects.toMatchObject({ code: 'no_space' });
    expect(readdirSync(disk)).toEqual(['other']);
    await source.release();
  });

  it('that cannot hold so many files is found before any byte', async () => {
    const source = await openFolder(60, 1);
    const receiving = transfer(source, new FolderConsumer({ directory: disk }));
    await expect(receiving).rejects.toMatchObject({ code: 'no_space', message: expect.stringContaining('60 files') });
    expect(readdirSync(disk)).toEqual([]);
    await source.release();
  });

  it('that becomes read-only meanwhile is a clear error', async () => {
    const source = await openFile(1_000);
    mkdirSync(join(disk, 'in'));
    execFileSync('mount', ['-o', 'remount,ro', disk]);
    const receiving = transfer(source, new FileConsumer({ directory: join(disk, 'in') }));
    await expect(receiving).rejects.toMatchObject({ code: 'not_writable' });
    await source.release();
  });
});
