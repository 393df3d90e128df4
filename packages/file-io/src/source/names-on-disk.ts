import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { diskError } from '../errors.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The names in a folder. They are read as bytes: as text, Node would replace what is not UTF-8, and the file could then
 * not be opened. Throws `unsafe_name`.
 */
export async function namesIn(folder: string): Promise<string[]> {
  const entries: Dirent<Buffer>[] = await readdir(folder, { withFileTypes: true, encoding: 'buffer' });
  return entries.map(({ name }) => decodeName(name, folder));
}

function decodeName(name: Uint8Array, folder: string): string {
  try {
    return utf8.decode(name);
  } catch (thrown) {
    const shown = Buffer.from(name).toString('latin1');
    throw diskError('unsafe_name', `${folder} contains a name that is not UTF-8: ${JSON.stringify(shown)}`, thrown);
  }
}
