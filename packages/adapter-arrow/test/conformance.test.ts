import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adapterSuite } from '@towline/conformance/vitest';
import type { Downloadable } from '@towline/downloader-core';
import { tableToIPC } from 'apache-arrow';
import { expect } from 'vitest';
import { ArrowFileConsumer, ArrowFileDownloadable, type ArrowFileResult } from '../src/node/index.ts';
import { badStates, batchesToTable, chunkSizes, tables, tableToBytes, tableToTable } from './support/in-memory.ts';

adapterSuite('a table to a table', tableToTable);
adapterSuite('a table to IPC bytes', tableToBytes);
adapterSuite('batches of a source that is read once to a table', batchesToTable);

/** Folders of one scenario. */
class Folders {
  readonly #made: string[] = [];
  readonly #targets: string[] = [];

  file(content: Uint8Array): string {
    const path = join(this.#make(), 'data.arrow');
    writeFileSync(path, content);
    return path;
  }

  target(): string {
    const folder = this.#make();
    this.#targets.push(folder);
    return folder;
  }

  expectEmptyTargets(): void {
    expect(this.#targets.flatMap((folder) => readdirSync(folder))).toEqual([]);
  }

  clean(): void {
    for (const folder of this.#made.splice(0)) rmSync(folder, { recursive: true, force: true });
    this.#targets.length = 0;
  }

  #make(): string {
    const folder = mkdtempSync(join(tmpdir(), 'towline-arrow-'));
    this.#made.push(folder);
    return folder;
  }
}

class FullDisk extends ArrowFileConsumer {
  override async consume(...args: Parameters<ArrowFileConsumer['consume']>): Promise<void> {
    await super.consume(...args);
    throw new Error('the disk is full');
  }
}

/** The source, whose file is cut off as soon as the first chunk was read. */
function cutAfterFirstChunk(source: Downloadable, path: string): Downloadable {
  const produce = source.produce.bind(source);
  source.produce = async (state, context) => {
    const produced = await produce(state, context);
    truncateSync(path, 0);
    return produced;
  };
  return source;
}

const folders = new Folders();
adapterSuite<Uint8Array, ArrowFileResult>('a file to a file', {
  samples: tables.flatMap(({ name, value }) => [
    { name: `${name} as a file`, value: tableToIPC(value, 'file') },
    { name: `${name} as a stream`, value: tableToIPC(value, 'stream') },
  ]),
  downloadable: (bytes, options) => ArrowFileDownloadable.open(folders.file(bytes), options),
  failingDownloadable: async (bytes, options) => {
    const path = folders.file(bytes);
    return cutAfterFirstChunk(await ArrowFileDownloadable.open(path, options), path);
  },
  consumer: () => new ArrowFileConsumer({ directory: folders.target(), fsync: false }),
  failingConsumer: () => new FullDisk({ directory: folders.target() }),
  verify: ({ path }, bytes) => expect(readFileSync(path).equals(bytes)).toBe(true),
  verifyNothingLeft: () => folders.expectEmptyTargets(),
  cleanup: () => folders.clean(),
  badStates,
  chunkSizes,
});
