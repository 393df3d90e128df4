/**
 * For authors of adapters that read from or write to disks.
 *
 * @module @towline/file-io
 */
export { diskError, diskErrorCodes, type DiskErrorCode, sourceError, systemCode, targetError } from './errors.ts';
export { BufferPool } from './io/buffer-pool.ts';
export { FileCache } from './io/file-cache.ts';
export { mtimeMsOf } from './io/mtime.ts';
export type { OpenFile } from './io/open-file.ts';
export { type Gauges, Pace, type ProcessUse, Turn } from './io/pace.ts';
export { forEachAtOnce } from './io/tasks.ts';
export { foldedName, hostPlatform, nameProblem, type NamePlatform, pathProblem } from './names.ts';
export { type FilePiece, FilesReader, type ReadChunk } from './source/files-reader.ts';
export type { FileIdentity } from './source/identity.ts';
export {
  checkSource,
  type OpenedSource,
  openSourceFile,
  producedError,
  readSource,
  reopenSource,
  type SourceFile,
} from './source/source-file.ts';
export { sourceName } from './source/source-name.ts';
export { sourcesOf, type SymlinkOption, symlinkOption, type WalkedEntry, walkFolder } from './source/walk.ts';
export { NewFile, type FileEnd } from './target/new-file.ts';
export { publishFile, publishFolder } from './target/publish.ts';
export { checkSpace } from './target/space.ts';
export { syncFolder } from './target/sync-folder.ts';
export {
  checkFree,
  checkTargetOptions,
  onTarget,
  type Target,
  targetFor,
  type TargetOptions,
  temporaryPath,
} from './target/target.ts';
export {
  type FinishedTree,
  type TreeFile,
  type TreeFolder,
  type TreeLink,
  type TreeParts,
  TreeWriter,
} from './target/tree-writer.ts';
export { checkEntries, sumOfSizes } from './tree/check.ts';
export {
  byPath,
  type FileEntry,
  type FolderEntry,
  type LinkEntry,
  type ManifestEntry,
  parentPath,
} from './tree/entries.ts';
