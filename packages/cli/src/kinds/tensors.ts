import { hasSelectedTensor } from '@towline/adapter-tensor';
import { type CheckpointCatalogue, CheckpointConsumer, CheckpointDownloadable } from '@towline/adapter-tensor/node';
import { openCheckpoint } from '@towline/adapter-tensor/safetensors/node';
import { reasonOf } from '@towline/downloader-core/spi';
import { CommandError } from '../command-error.ts';
import { fileDigest } from './file-digest.ts';
import type { ObjectKind } from './kind.ts';
import { MappedConsumer } from './mapped-consumer.ts';
import { readAll } from './read-all.ts';
import { tensorFields, tensorLines } from './tensor-table.ts';

/** Safetensors checkpoints: a file, an index with its shards, a folder that holds either. */
export const tensorsKind: ObjectKind = {
  kind: 'tensors',

  async open(path, { symlinks }) {
    const object = await CheckpointDownloadable.open(path, { symlinks: symlinks === 'keep' ? 'copy' : 'refuse' });
    return { kind: 'tensors', name: object.name, bytes: fileBytes(object.catalogue), object };
  },

  receive({ name }, { digest, ...options }) {
    const receiving = new CheckpointConsumer({ ...options, name, whenNothing: 'succeed' });
    return new MappedConsumer(receiving, async ({ kind, path, written, bytes, files }) => {
      const received = { path, written, bytes };
      if (kind === 'folder') return { ...received, files };
      return digest === undefined || !written ? received : { ...received, [digest]: await fileDigest(path, digest) };
    });
  },

  selects() {
    return 'ask';
  },

  async selectsDescribed(description, only) {
    try {
      return await hasSelectedTensor(description, only);
    } catch {
      // What is wrong with it is for the consumer to say.
      return true;
    }
  },

  async inspect(path, validate) {
    const object = await CheckpointDownloadable.open(path);
    try {
      if (validate) await readAll(object);
      const bytes = fileBytes(object.catalogue);
      return { fields: tensorFields(object.catalogue, bytes), lines: tensorLines(object.catalogue) };
    } finally {
      await object.release();
    }
  },
};

/** Throws unless a path is a checkpoint that could be a base (rule C2). */
export async function checkBase(path: string): Promise<void> {
  try {
    await (await openCheckpoint(path)).close();
  } catch (cause) {
    throw new CommandError('bad_input', `--base ${path} is no checkpoint: ${reasonOf(cause)}`, { cause });
  }
}

function fileBytes({ files, others }: CheckpointCatalogue): number {
  const sizes = files.map(({ headerBytes, header }) => headerBytes.byteLength + header.dataBytes);
  return [...sizes, ...others.map(({ bytes }) => bytes)].reduce((sum, size) => sum + size, 0);
}
