import type { Stats } from 'node:fs';
import { lstat, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { isDownloadError, printable } from '@towline/downloader-core/spi';
import {
  checkEntries,
  diskError,
  openSourceFile,
  type SourceFile,
  sourceError,
  sourceName,
  type SymlinkOption,
  type WalkedEntry,
  walkFolder,
} from '@towline/file-io';
import { asTensorError, tensorError } from '../errors.ts';
import { SafetensorsError } from '../safetensors/index.ts';
import { CheckpointFile } from '../safetensors/node/checkpoint-file.ts';
import { checkIndex } from '../safetensors/node/check-index.ts';
import { readIndexFile } from '../safetensors/node/index-file.ts';
import { type Catalogue, type CatalogueFile, type OtherFile, tensorsOf } from '../transfer/catalogue.ts';

/** How a checkpoint is to be shared. */
export interface OpenSettings {
  readonly name: string | undefined;
  readonly selection: boolean;
  readonly symlinks: SymlinkOption;
}

/** A checkpoint that was read as far as its headers. */
export interface OpenedCheckpoint {
  readonly catalogue: Catalogue;
  /** As each file was seen: safetensors files first, then the others, as in the catalogue. */
  readonly sources: readonly SourceFile[];
}

const fileSuffix = '.safetensors';
const indexSuffix = '.safetensors.index.json';

/** Reads and checks headers and index of a file, an index, or a folder. Throws codes of `checkpointErrorCodes`. */
export async function openCheckpointFiles(path: string, settings: OpenSettings): Promise<OpenedCheckpoint> {
  const absolute = resolve(path);
  try {
    if ((await statusOf(absolute)).isDirectory()) return await openFolder(absolute, settings);
    return await (absolute.endsWith('.json') ? openIndex(absolute, settings) : openFile(absolute, settings));
  } catch (thrown) {
    throw asTensorError(thrown, 'bad_checkpoint');
  }
}

async function openFile(absolute: string, { name, selection }: OpenSettings): Promise<OpenedCheckpoint> {
  const shared = sourceName(name, absolute);
  const source = await sourceAt(absolute);
  const files = [await readHeader(source, shared)];
  const parts = { files, others: [], folders: [], links: [], indexPath: undefined, tensors: tensorsOf(files) };
  return { catalogue: { layout: 'file', name: shared, selection, ...parts }, sources: [source] };
}

/** An index brings its shards, and nothing else of the folder. */
async function openIndex(absolute: string, { name, selection }: OpenSettings): Promise<OpenedCheckpoint> {
  const folder = dirname(absolute);
  const indexName = basename(absolute);
  const index = await sourceAt(absolute);
  const weightMap = await readIndexFile(absolute);
  const sources: SourceFile[] = [];
  for (const shard of shardsOf(weightMap)) sources.push(await shardAt(folder, shard, absolute));
  const files = await readHeaders(sources);
  checkIndex(weightMap, named(files));
  const others = [{ path: indexName, bytes: Number(index.identity.size), executable: false }];
  const parts = { files, others, folders: [], links: [], indexPath: indexName, tensors: tensorsOf(files) };
  const shared = sourceName(name ?? withoutSuffix(indexName), absolute);
  return { catalogue: { layout: 'folder', name: shared, selection, ...parts }, sources: [...sources, index] };
}

async function openFolder(absolute: string, { name, selection, symlinks }: OpenSettings): Promise<OpenedCheckpoint> {
  const shared = sourceName(name, absolute);
  const walked = await walkFolder(absolute, symlinks);
  checkEntries(
    walked.map(({ entry }) => entry),
    'posix',
  );
  const sourceOf = new Map(
    walked.flatMap(({ entry, source }) => (source === undefined ? [] : [[entry.path, source] as const])),
  );
  const { files, indexPath } = await checkpointIn(absolute, sourceOf);
  const headed = new Set(files.map(({ path }) => path));
  const others = otherFiles(walked, headed, indexPath);
  const catalogue: Catalogue = {
    layout: 'folder',
    name: shared,
    selection,
    files,
    others,
    folders: walked.flatMap(({ entry }) => (entry.type === 'folder' ? [entry.path] : [])),
    links: walked.flatMap(({ entry }) => (entry.type === 'link' ? [{ path: entry.path, target: entry.target }] : [])),
    indexPath,
    tensors: tensorsOf(files),
  };
  return { catalogue, sources: [...files, ...others].map(({ path }) => sourceOf.get(path) as SourceFile) };
}

/** With an index, the shards that it names; without one, every safetensors file at the top. */
async function checkpointIn(
  absolute: string,
  sourceOf: ReadonlyMap<string, SourceFile>,
): Promise<{ readonly files: readonly CatalogueFile[]; readonly indexPath: string | undefined }> {
  const names = [...sourceOf.keys()].filter(isVisibleAtTop);
  const [indexPath, ...more] = names.filter((name) => name.endsWith(indexSuffix));
  if (more.length > 0) throw tensorError('bad_checkpoint', `${absolute} holds several indexes: share one of them`);
  const weightMap = indexPath === undefined ? undefined : await readIndexFile(join(absolute, indexPath));
  const wanted = weightMap === undefined ? names.filter((name) => name.endsWith(fileSuffix)) : shardsOf(weightMap);
  if (wanted.length === 0 && weightMap === undefined)
    throw tensorError('bad_checkpoint', `${absolute} holds no *${fileSuffix} and no *${indexSuffix}`);
  const missing = wanted.find((name) => !names.includes(name));
  if (missing !== undefined) throw shardMissing(join(absolute, missing));
  const files = await readHeaders(wanted.map((name) => sourceOf.get(name) as SourceFile));
  if (weightMap === undefined) refuseRepeats(absolute, files);
  else checkIndex(weightMap, named(files));
  return { files, indexPath };
}

function refuseRepeats(absolute: string, files: readonly CatalogueFile[]): void {
  const seen = new Map<string, string>();
  for (const { name, file } of tensorsOf(files)) {
    const path = files[file]?.path ?? '';
    const other = seen.get(name);
    if (other !== undefined)
      throw tensorError(
        'bad_checkpoint',
        `${absolute}: ${path} and ${other} both hold a tensor "${printable(name)}", and there is no index that tells them apart`,
      );
    seen.set(name, path);
  }
}

function otherFiles(
  walked: readonly WalkedEntry[],
  headed: ReadonlySet<string>,
  indexPath: string | undefined,
): readonly OtherFile[] {
  const others = walked.flatMap(({ entry }) => {
    if (entry.type !== 'file' || headed.has(entry.path)) return [];
    return [{ path: entry.path, bytes: entry.size, executable: entry.executable }];
  });
  // The index comes last, on the wire as in its place: who sees it sees all that it names.
  return [...others.filter(({ path }) => path !== indexPath), ...others.filter(({ path }) => path === indexPath)];
}

async function readHeaders(sources: readonly SourceFile[]): Promise<readonly CatalogueFile[]> {
  const files: CatalogueFile[] = [];
  for (const source of sources) files.push(await readHeader(source, source.label));
  return files;
}

// What is read here is not what the source was seen as when somebody changes it right now: then every read of its data fails.
async function readHeader(source: SourceFile, path: string): Promise<CatalogueFile> {
  const file = await CheckpointFile.open(source.path);
  try {
    const { header } = file;
    const headerBytes = new Uint8Array(header.dataStart);
    await file.read(headerBytes, 0);
    return { path, headerBytes, header };
  } finally {
    await file.close();
  }
}

/** A shard beside its index. A link is followed as long as it stays in the folder. */
async function shardAt(folder: string, shard: string, index: string): Promise<SourceFile> {
  const path = join(folder, shard);
  try {
    const isLink = (await lstat(path)).isSymbolicLink();
    if (isLink && !(await realpath(path)).startsWith((await realpath(folder)) + sep))
      throw diskError('link_refused', `${path}, which ${index} names, is a symbolic link that leads out of its folder`);
  } catch (thrown) {
    throw isDownloadError(thrown) ? thrown : shardMissing(path, thrown);
  }
  return sourceAt(path);
}

async function sourceAt(absolute: string): Promise<SourceFile> {
  const { source, file } = await openSourceFile(absolute);
  await file.close();
  return source;
}

async function statusOf(absolute: string): Promise<Stats> {
  try {
    return await stat(absolute);
  } catch (thrown) {
    throw sourceError(thrown, absolute);
  }
}

function shardMissing(file: string, cause?: unknown): SafetensorsError {
  return new SafetensorsError('shard_missing', 'is named by the index, but is no file there', { file, cause });
}

function shardsOf(weightMap: ReadonlyMap<string, string>): string[] {
  return [...new Set(weightMap.values())].toSorted();
}

function named(files: readonly CatalogueFile[]): { readonly name: string; readonly header: CatalogueFile['header'] }[] {
  return files.map(({ path, header }) => ({ name: path, header }));
}

function isVisibleAtTop(path: string): boolean {
  return !path.includes('/') && !path.startsWith('.');
}

function withoutSuffix(index: string): string {
  const suffix = index.endsWith(indexSuffix) ? indexSuffix : '.json';
  return index.length > suffix.length ? index.slice(0, -suffix.length) : index;
}
