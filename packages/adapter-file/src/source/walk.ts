import { type BigIntStats, lstatSync } from 'node:fs';
import { lstat, readlink } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { isDownloadError } from '@towline/downloader-core/spi';
import { fileError, sourceError } from '../errors.ts';
import { mtimeMsOf } from '../io/mtime.ts';
import { Pace } from '../io/pace.ts';
import { forEachAtOnce } from '../io/tasks.ts';
import { byPath, type ManifestEntry } from '../manifest/entries.ts';
import { identityOf } from './identity.ts';
import { namesIn } from './names-on-disk.ts';
import { reopenSource, type SourceFile } from './source-file.ts';

/** What to do with symbolic links: keep them as links, or refuse the folder. Those that lead out are always refused. */
export type SymlinkOption = 'copy' | 'refuse';

/** An entry, and for files what was seen of them. */
export interface WalkedEntry {
  readonly entry: ManifestEntry;
  readonly source?: SourceFile;
}

/**
 * Lists all that is below a folder (an absolute path), in the order of a manifest, without following any link. Each file
 * is opened once, so that one that cannot be read is found before anybody is told of the folder. Throws
 * `source_missing`, `source_unreadable`, `source_unsupported`, `link_refused`, `unsafe_name` or `source_changed`.
 */
export async function walkFolder(root: string, symlinks: SymlinkOption): Promise<readonly WalkedEntry[]> {
  const pace = new Pace();
  const found: WalkedEntry[] = [];
  const folders = [''];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const inside = folder;
    const names = await guarded(join(root, inside), namesIn);
    await forEachAtOnce(names, async (name) => {
      const path = inside === '' ? name : `${inside}/${name}`;
      const walked = await guarded(join(root, path), (absolute) => inspect(path, absolute, symlinks, pace));
      found.push(walked);
      if (walked.entry.type === 'folder') folders.push(path);
    });
  }
  return found.toSorted((a, b) => byPath(a.entry, b.entry));
}

async function inspect(path: string, absolute: string, symlinks: SymlinkOption, pace: Pace): Promise<WalkedEntry> {
  const stats = await pace.run(
    () => lstatSync(absolute, { bigint: true }),
    () => lstat(absolute, { bigint: true }),
  );
  if (stats.isFile()) return inspectFile(path, absolute, stats, pace);
  if (stats.isDirectory()) return { entry: { type: 'folder', path, mtimeMs: mtimeMsOf(stats) } };
  if (!stats.isSymbolicLink()) throw fileError('source_unsupported', `${absolute} is no file, folder or symbolic link`);
  if (symlinks === 'refuse') throw fileError('link_refused', `${absolute} is a symbolic link`);
  return { entry: { type: 'link', path, target: (await readlink(absolute)).split(sep).join('/') } };
}

async function inspectFile(path: string, absolute: string, stats: BigIntStats, pace: Pace): Promise<WalkedEntry> {
  const source = { path: absolute, label: path, identity: identityOf(stats), followsLink: false };
  await (await reopenSource(source, pace)).close();
  const executable = (stats.mode & 0o111n) !== 0n;
  return { source, entry: { type: 'file', path, size: Number(stats.size), executable, mtimeMs: mtimeMsOf(stats) } };
}

async function guarded<T>(absolute: string, work: (absolute: string) => Promise<T>): Promise<T> {
  try {
    return await work(absolute);
  } catch (thrown) {
    throw isDownloadError(thrown) ? thrown : sourceError(thrown, absolute);
  }
}
