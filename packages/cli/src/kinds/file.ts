import { createReadStream } from 'node:fs';
import { FileConsumer, FileDownloadable, pathMatcher } from '@towline/adapter-file';
import { CommandError } from '../command-error.ts';
import type { ObjectKind } from './kind.ts';

/** Any file, as it is. */
export const fileKind: ObjectKind = {
  kind: 'file',

  async open(path) {
    const object = await FileDownloadable.open(path);
    return { kind: 'file', name: object.name, bytes: object.totalBytes, object };
  },

  receive({ name }, { base: _tensors, ...options }) {
    return new FileConsumer({ ...options, name });
  },

  selects({ name }, only) {
    return pathMatcher(only)(name);
  },

  selectsDescribed() {
    return true;
  },

  async inspect(path, validate) {
    const object = await FileDownloadable.open(path);
    await object.release();
    if (validate) await readAll(path, object.totalBytes);
    return { fields: { kind: 'file', bytes: object.totalBytes }, lines: [] };
  },
};

async function readAll(path: string, bytes: number): Promise<void> {
  let read = 0;
  for await (const piece of createReadStream(path)) read += (piece as Buffer).byteLength;
  if (read !== bytes) throw new CommandError('bad_input', `${path} has ${read} bytes now, and had ${bytes}`);
}
