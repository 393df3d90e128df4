import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { emptiedAfterFirstChunk, ScenarioFolders } from '@towline/conformance/files';
import { adapterSuite } from '@towline/conformance/vitest';
import { tableToIPC } from 'apache-arrow';
import { expect } from 'vitest';
import { ArrowFileConsumer, ArrowFileDownloadable, type ArrowFileResult } from '../src/node/index.ts';
import { badStates, batchesToTable, chunkSizes, tables, tableToBytes, tableToTable } from './support/in-memory.ts';

adapterSuite('a table to a table', tableToTable);
adapterSuite('a table to IPC bytes', tableToBytes);
adapterSuite('batches of a source that is read once to a table', batchesToTable);

class FullDisk extends ArrowFileConsumer {
  override async consume(...args: Parameters<ArrowFileConsumer['consume']>): Promise<void> {
    await super.consume(...args);
    throw new Error('the disk is full');
  }
}

const folders = new ScenarioFolders();
function fileOf(content: Uint8Array): string {
  const path = join(folders.make(), 'data.arrow');
  writeFileSync(path, content);
  return path;
}
adapterSuite<Uint8Array, ArrowFileResult>('a file to a file', {
  samples: tables.flatMap(({ name, value }) => [
    { name: `${name} as a file`, value: tableToIPC(value, 'file') },
    { name: `${name} as a stream`, value: tableToIPC(value, 'stream') },
  ]),
  downloadable: (bytes, options) => ArrowFileDownloadable.open(fileOf(bytes), options),
  failingDownloadable: async (bytes, options) => {
    const path = fileOf(bytes);
    return emptiedAfterFirstChunk(await ArrowFileDownloadable.open(path, options), path);
  },
  consumer: () => new ArrowFileConsumer({ directory: folders.target(), fsync: false }),
  failingConsumer: () => new FullDisk({ directory: folders.target() }),
  verify: ({ path }, bytes) => expect(readFileSync(path).equals(bytes)).toBe(true),
  verifyNothingLeft: () => folders.verifyNothingLeft(),
  cleanup: () => folders.clean(),
  badStates,
  chunkSizes,
});
