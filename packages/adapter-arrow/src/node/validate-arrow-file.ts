import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { openSourceFile } from '@towline/file-io';
import { codecs } from '../codecs/index.ts';
import { asArrowError } from '../errors.ts';
import {
  type ArrowReport,
  startsAsFile,
  type ValidateOptions,
  validateFile,
  validateStream,
} from '../validate/index.ts';
import { FileBytes } from './file-bytes.ts';

/**
 * Checks a whole IPC file or stream on disk, compressed or not, with one batch in memory at a time, and reports what is in it. Throws
 * `bad_arrow` with the field and the byte, and what opening a file throws.
 */
export async function validateArrowFile(path: string, options: ValidateOptions = {}): Promise<ArrowReport> {
  const absolute = resolve(path);
  const bytes = new FileBytes(await openSourceFile(absolute), 1);
  const all = { codecs: codecs(), ...options };
  try {
    const isFile = startsAsFile(await bytes.read(0, 8));
    return await (isFile ? validateFile(bytes, all) : validateStream(createReadStream(absolute), all));
  } catch (thrown) {
    throw asArrowError(thrown, 'bad_arrow', absolute);
  } finally {
    await bytes.close();
  }
}
