import { open } from 'node:fs/promises';
import {
  ArrowFileConsumer,
  ArrowFileDownloadable,
  hasSelectedColumn,
  validateArrowFile,
} from '@towline/adapter-arrow/files';
import { CommandError } from '../command-error.ts';
import { arrowFields, arrowLines } from './arrow-schema.ts';
import { fileDigest } from './file-digest.ts';
import type { ObjectKind } from './kind.ts';
import { MappedConsumer } from './mapped-consumer.ts';

/** Arrow IPC files and streams, also Feather V2. */
export const arrowKind: ObjectKind = {
  kind: 'arrow',

  async open(path) {
    await refuseFeatherV1(path);
    const object = await ArrowFileDownloadable.open(path);
    return { kind: 'arrow', name: object.name, bytes: object.catalogue.bytes, object };
  },

  receive({ name }, { digest, only, base: _tensors, ...options }) {
    const columns = only === undefined ? {} : { columns: only };
    const receiving = new ArrowFileConsumer({ ...options, ...columns, name, whenNothing: 'succeed' });
    return new MappedConsumer(receiving, async ({ path, written, bytes }) => {
      const received = { path, written, bytes };
      return digest === undefined || !written ? received : { ...received, [digest]: await fileDigest(path, digest) };
    });
  },

  selects() {
    return 'ask';
  },

  selectsDescribed(description, only) {
    try {
      return hasSelectedColumn(description, only);
    } catch {
      // What is wrong with it is for the consumer to say.
      return true;
    }
  },

  async inspect(path, validate) {
    await refuseFeatherV1(path);
    const object = await ArrowFileDownloadable.open(path);
    await object.release();
    if (validate) await validateArrowFile(path);
    return { fields: arrowFields(object.catalogue), lines: arrowLines(object.catalogue) };
  },
};

/** Whether a path is a Feather file of the first version, which is no Arrow IPC at all and travels as a file. */
export async function isFeatherV1(path: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    return bytesRead === 4 && buffer.toString('latin1') === 'FEA1';
  } finally {
    await file.close();
  }
}

async function refuseFeatherV1(path: string): Promise<void> {
  if (!(await isFeatherV1(path))) return;
  throw new CommandError(
    'bad_input',
    `${path} is Feather V1, which is no Arrow IPC. Convert it: in Python, pyarrow.feather.write_feather(pyarrow.feather.read_feather('old'), 'new')`,
  );
}
