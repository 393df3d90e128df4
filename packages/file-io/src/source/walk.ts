import { type BigIntStats, lstatSync } from 'node:fs';
import { lstat, readlink, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { DownloadError, isDownloadError } from '@towline/downloader-core/spi';
import { diskError, sourceError } from '../errors.ts';
import { mtimeMsOf } from '../io/mtime.ts';
import { Pace } from '../io/pace.ts';
import { forEachAtOnce } from '../io/tasks.ts';
import { byPath, type ManifestEntry } from '../tree/entries.ts';
import { identityOf } from './identity.ts';
import { namesIn } from './names-on-disk.ts';
import { reopenSource, type SourceFile } from './source-file.ts';

/** What to do with symbolic links: keep them as links, or refuse the folder. Those that lead out are always refused. */
export type SymlinkOption = 'copy' | 'refuse';

/** An entry, and for files what was seen of them. */
export interface WalkedEntry {
  /** As it is told to receivers. */
  readonly entry: ManifestEntry;
  /** Of files only: where it lies, and what it was when the folder was walked. */
  readonly source?: SourceFile;
}

/** The option as given, or `copy`. Throws `invalid_argument`. */
export function symlinkOption(given: SymlinkOption = 'copy'): SymlinkOption {
  if (given === 'copy' || given === 'refuse') return given;
  throw new DownloadError('invalid_argument', 'symlinks is neither "copy" nor "refuse"');
}

/** The files among entries, by the places of the entries. */
export function sourcesOf(walked: readonly WalkedEntry[]): ReadonlyMap<number, SourceFile> {
  const sources = new Map<number, SourceFile>();
  for (const [index, { source }] of walked.entries()) if (source !== undefined) sources.set(index, source);
  return sources;
}

/**
 * Lists all that is below a folder (an absolute path), in the order of a list, without following any link. Each file
 * is opened once, so that one that cannot be read is found before anybody is told of the folder. Throws
 * `source_missing`, `source_unreadable`, `source_unsupported`, `link_refused`, `unsafe_name` or `source_changed`.
 */
export async function walkFolder(path: string, symlinks: SymlinkOption): Promise<readonly WalkedEntry[]> {
  const root = await folderAt(path);
  const pace = new Pace();
  const found: WalkedEntry[] = [];
  const folders = [''];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const inside = folder;
    const names = await guarded(join(root, inside), namesIn);
    await forEachAtOnce(names, async (name) => {
      const below = inside === '' ? name : `${inside}/${name}`;
      const walked = await guarded(join(root, below), (absolute) => inspect(below, absolute, symlinks, pace));
      found.push(walked);
      if (walked.entry.type === 'folder') folders.push(below);
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
  if (!stats.isSymbolicLink()) throw diskError('source_unsupported', `${absolute} is no file, folder or symbolic link`);
  if (symlinks === 'refuse') throw diskError('link_refused', `${absolute} is a symbolic link`);
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

async function folderAt(path: string): Promise<string> {
  return guarded(path, async (absolute) => {
    if (!(await stat(absolute)).isDirectory()) throw diskError('source_unsupported', `${absolute} is no folder`);
    return realpath(absolute);
  });
}
