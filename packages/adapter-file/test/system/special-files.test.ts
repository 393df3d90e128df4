import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { FileDownloadable, FolderDownloadable } from '@towline/adapter-file';
import { afterEach, describe, expect, it } from 'vitest';
import { temporaryFolders } from '@towline/conformance/files';
import { produceContext } from '../support/transfer.ts';

const newFolder = temporaryFolders(afterEach);
const refused = { code: 'source_unsupported', side: 'local' };

describe.skipIf(process.platform === 'win32')('what is no file and no folder', () => {
  it('C6 a FIFO is refused, without waiting for somebody to write', async () => {
    const folder = newFolder();
    const fifo = join(folder, 'fifo');
    execFileSync('mkfifo', [fifo]);
    await expect(FileDownloadable.open(fifo)).rejects.toMatchObject(refused);
    await expect(FolderDownloadable.open(folder)).rejects.toMatchObject(refused);
  });

  it('C6 a socket is refused', async () => {
    const folder = newFolder();
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(folder, 'socket'), resolve));
    try {
      await expect(FileDownloadable.open(join(folder, 'socket'))).rejects.toMatchObject(refused);
      await expect(FolderDownloadable.open(folder)).rejects.toMatchObject(refused);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it('I3 a FIFO that takes the place of a file is found, without waiting for somebody to write', async () => {
    const folder = newFolder();
    const path = join(folder, 'file');
    writeFileSync(path, 'content');
    const source = await FolderDownloadable.open(folder);
    rmSync(path);
    execFileSync('mkfifo', [path]);
    expect(await source.produce(undefined, produceContext())).toMatchObject({
      status: 'error',
      code: 'source_changed',
    });
    await source.release();
  });
});
