import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { emptiedAfterFirstChunk, ScenarioFolders } from '@towline/conformance/files';
import { adapterSuite } from '@towline/conformance/vitest';
import { expect } from 'vitest';
import { StateDictConsumer, StateDictDownloadable } from '../../src/index.ts';
import { CheckpointConsumer, CheckpointDownloadable, type CheckpointResult } from '../../src/node/index.ts';
import { type ReadonlyStateDict, type StateDict, writeStateDict } from '../../src/safetensors/index.ts';
import { samples } from '../support/dicts.ts';
import { asBuffers, type Files, indexOf, model, readFiles, shardedFolder, writeFiles } from '../support/disk.ts';

const chunkSizes = [100, 1_000];

class FullDisk extends CheckpointConsumer {
  override async consume(...args: Parameters<CheckpointConsumer['consume']>): Promise<void> {
    await super.consume(...args);
    throw new Error('the disk is full');
  }
}

const folders = new ScenarioFolders();
function folderOf(files: Files): string {
  const folder = folders.make();
  writeFiles(folder, files);
  return folder;
}

const toDisk = {
  consumer: () => new CheckpointConsumer({ directory: folders.target(), fsync: false }),
  failingConsumer: () => new FullDisk({ directory: folders.target() }),
  verifyNothingLeft: () => folders.verifyNothingLeft(),
  cleanup: () => folders.clean(),
  badStates: [{ at: -1 }, { at: 1_000_000 }, { offset: 0 }],
  chunkSizes,
};

function fileOf(dict: ReadonlyStateDict): string {
  return join(folderOf({ 'model.safetensors': writeStateDict(dict) }), 'model.safetensors');
}

adapterSuite<ReadonlyStateDict, CheckpointResult>('a dict to a file', {
  ...toDisk,
  samples,
  downloadable: (dict, options) => StateDictDownloadable.open(dict, options),
  verify: ({ path }, dict) => expect(readFileSync(path).equals(writeStateDict(dict))).toBe(true),
});

adapterSuite<ReadonlyStateDict, StateDict>('a file to a dict', {
  samples,
  downloadable: (dict, options) => CheckpointDownloadable.open(fileOf(dict), options),
  failingDownloadable: async (dict, options) => {
    const path = fileOf(dict);
    return emptiedAfterFirstChunk(await CheckpointDownloadable.open(path, options), path);
  },
  consumer: () => new StateDictConsumer(),
  verify: ({ tensors }, dict) => expect(tensors).toEqual(dict.tensors),
  cleanup: () => folders.clean(),
  chunkSizes,
});

adapterSuite<Files, CheckpointResult>('a folder to a folder', {
  ...toDisk,
  samples: [
    { name: 'a checkpoint without tensors', value: { 'model.safetensors': model({}) } },
    { name: 'a small checkpoint', value: { 'model.safetensors': model({}), 'config.json': '{}' } },
    { name: 'a sharded checkpoint', value: shardedFolder() },
    { name: 'an empty index', value: { 'model.safetensors.index.json': indexOf({}), 'x.bin': 'x'.repeat(500) } },
  ],
  downloadable: (files, options) => CheckpointDownloadable.open(folderOf(files), options),
  failingDownloadable: async (files, options) => {
    const root = folderOf(files);
    const path = join(root, Object.keys(files)[0] ?? '');
    return emptiedAfterFirstChunk(await CheckpointDownloadable.open(root, options), path);
  },
  verify: ({ path }, files) => expect(readFiles(path)).toEqual(asBuffers(files)),
});
