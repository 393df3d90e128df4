import { basename, resolve } from 'node:path';
import { isDownloadError } from '@towline/downloader-core/spi';
import type { ShareOptions } from '../arguments/share-options.ts';
import { CommandError, usageError } from '../command-error.ts';
import { exitCodeOfError } from '../exit-code.ts';
import type { OpenSource } from '../kinds/kind.ts';
import { kindOfPath } from '../kinds/table.ts';

/**
 * Opens everything that is to be shared, or nothing: what cannot be shared is exit 2, before anybody is told of anything
 * (rules C1, C6).
 */
export async function openSources(
  options: Pick<ShareOptions, 'paths' | 'as' | 'symlinks'>,
): Promise<readonly OpenSource[]> {
  refuseSameNames(options.paths.map((path) => ({ path, name: basename(resolve(path)) })));
  const opened: OpenSource[] = [];
  try {
    for (const path of options.paths) opened.push(await openSource(path, options));
    // Of an index the name is another than that of its file.
    refuseSameNames(opened.map(({ name }, at) => ({ path: options.paths[at] ?? '', name })));
    return opened;
  } catch (error) {
    await releaseSources(opened);
    throw error;
  }
}

/** Closes sources that no transaction closes. */
export async function releaseSources(sources: readonly OpenSource[]): Promise<void> {
  await Promise.all(sources.map(async ({ object }) => object.release?.()));
}

/** What travels as a plain file all the same. */
const refusedByReader: ReadonlySet<string> = new Set(['bad_checkpoint', 'bad_arrow']);

async function openSource(path: string, { as, symlinks }: Pick<ShareOptions, 'as' | 'symlinks'>): Promise<OpenSource> {
  const kind = await kindOfPath(path, as);
  try {
    return await kind.open(path, { symlinks });
  } catch (error) {
    // Nothing is shared yet: whatever is wrong with a source is bad input.
    if (isDownloadError(error) && refusedByReader.has(error.code) && as === undefined)
      throw new CommandError('bad_input', `${error.message}; --as file shares it as it is`, { cause: error });
    if (!isDownloadError(error) || exitCodeOfError(error) === 2) throw error;
    throw new CommandError('bad_input', error.message, { cause: error });
  }
}

function refuseSameNames(sources: readonly { readonly path: string; readonly name: string }[]): void {
  const seen = new Map<string, string>();
  for (const { path, name: given } of sources) {
    const name = given.normalize('NFC');
    if (name === '') usageError(`${path} has no name to share it by`);
    const other = seen.get(name);
    if (other !== undefined) usageError(`${other} and ${path} would both arrive as ${name}`);
    seen.set(name, path);
  }
}
