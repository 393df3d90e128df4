import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { DownloadService, type Transaction } from '@towline/downloader-core';
import { MemoryNetwork } from '@towline/transport-memory';
import { FileDownloadable, addFile, addFolder, downloadFile, downloadFolder } from '../src/index.ts';
import { temporaryFolders } from '@towline/conformance/files';
import { makeTree, patternBytes, readTree } from '@towline/conformance/files';

const newFolder = temporaryFolders(afterEach);
const network = new MemoryNetwork();
const services: DownloadService[] = [];

function newService(id: string): DownloadService {
  const service = new DownloadService({ transport: network.endpoint(id) });
  services.push(service);
  return service;
}
afterEach(async () => {
  await Promise.all(services.splice(0).map((service) => service.shutdown()));
});

function newTransaction(receivers: readonly string[]): Transaction {
  return newService('owner').newTransaction({ timeoutMs: 10_000, receivers });
}

describe('a file', () => {
  it('goes from an owner to three receivers', async () => {
    const content = patternBytes(300_000).toString('hex');
    const path = join(newFolder(), 'model.bin');
    writeFileSync(path, content);
    const receivers = ['a', 'b', 'c'];
    const transaction = newTransaction(receivers);
    const ref = await addFile(transaction, path, { chunkBytes: 10_000 });
    const finished = transaction.complete();
    const results = await Promise.all(
      receivers.map((id) => downloadFile(newService(id), ref, { directory: newFolder(), digest: 'sha256' })),
    );
    expect(await finished).toMatchObject({ status: 'completed', end: 'finished' });
    expect(new Set(results.map(({ sha256 }) => sha256)).size).toBe(1);
    for (const result of results) expect(readTree(join(result.path, '..'))).toEqual({ 'model.bin': content });
  });

  it('I3 that changes meanwhile fails for every receiver at once, which learns its name and has nothing left', async () => {
    const path = join(newFolder(), 'model.bin');
    writeFileSync(path, 'content');
    const transaction = newTransaction(['a', 'b']);
    const ref = await addFile(transaction, path);
    writeFileSync(path, 'longer content');
    const finished = transaction.complete();
    const directory = newFolder();
    for (const id of ['a', 'b']) {
      await expect(downloadFile(newService(id), ref, { directory })).rejects.toMatchObject({
        code: 'source_changed',
        side: 'remote',
        message: expect.stringContaining('model.bin has grown'),
      });
    }
    expect(await finished).toMatchObject({ status: 'failed', reason: 'receiver_failed' });
    expect(readdirSync(directory)).toEqual([]);
  });

  it('C2 is refused where its target exists, with the code of this package', async () => {
    const path = join(newFolder(), 'model.bin');
    writeFileSync(path, 'content');
    const ref = await addFile(newTransaction(['a']), path);
    const directory = newFolder();
    writeFileSync(join(directory, 'model.bin'), 'mine');
    await expect(downloadFile(newService('a'), ref, { directory })).rejects.toMatchObject({
      code: 'target_exists',
      side: 'local',
    });
    expect(readTree(directory)).toEqual({ 'model.bin': 'mine' });
  });

  it('L4 is aborted without a trace', async () => {
    const path = join(newFolder(), 'model.bin');
    writeFileSync(path, patternBytes(100_000));
    const ref = await addFile(newTransaction(['a']), path, { chunkBytes: 1_000 });
    const directory = newFolder();
    const control = new AbortController();
    const onProgress = ({ bytesDone }: { bytesDone: number }): void => {
      if (bytesDone > 0) control.abort();
    };
    const downloading = downloadFile(newService('a'), ref, {
      directory,
      signal: control.signal,
      onProgress,
      progressIntervalMs: 0,
    });
    await expect(downloading).rejects.toMatchObject({ code: 'aborted' });
    expect(readdirSync(directory)).toEqual([]);
  });

  it('that cannot be added is closed again', async () => {
    const path = join(newFolder(), 'model.bin');
    writeFileSync(path, 'content');
    const release = vi.spyOn(FileDownloadable.prototype, 'release');
    const transaction = newTransaction(['a']);
    void transaction.complete();
    await expect(addFile(transaction, path)).rejects.toMatchObject({ code: 'transaction_sealed' });
    expect(release).toHaveBeenCalledOnce();
    release.mockRestore();
  });
});

describe('a folder', () => {
  it('goes from an owner to two receivers, one of which wants a part', async () => {
    const from = join(newFolder(), 'data');
    mkdirSync(from);
    const tree = { 'a/x': 'first', 'a/y': patternBytes(5_000).toString('hex'), b: null, 'c/link': '-> ../a' };
    makeTree(from, tree);
    const transaction = newTransaction(['a', 'b']);
    const ref = await addFolder(transaction, from, { chunkBytes: 1_000, refId: 'R-data' });
    expect(ref).toMatchObject({ refId: 'R-data', kind: 'folder' });
    const finished = transaction.complete();
    const whole = await downloadFolder(newService('a'), ref, { directory: newFolder() });
    const part = await downloadFolder(newService('b'), ref, { directory: newFolder(), only: ['*/x'] });
    expect(readTree(whole.path)).toEqual(readTree(from));
    expect(readTree(part.path)).toEqual({ a: null, 'a/x': 'first' });
    expect(await finished).toMatchObject({
      status: 'completed',
      receivers: [
        { receiverId: 'a', status: 'success' },
        { receiverId: 'b', status: 'success', selected: true },
      ],
    });
  });
});
