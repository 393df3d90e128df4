/**
 * Files and folders. Needs Node.
 *
 * @module @towline/adapter-file
 */
export { fileErrorCodes, type FileErrorCode } from './errors.ts';
export { FileConsumer, type FileConsumerOptions, type FileResult } from './file-consumer.ts';
export { FileDownloadable, type FileSourceOptions, type FileState } from './file-downloadable.ts';
export { FolderConsumer, type FolderConsumerOptions, type FolderResult } from './folder-consumer.ts';
export { FolderDownloadable, type FolderSourceOptions } from './folder-downloadable.ts';
export type { FolderState } from './manifest/spans.ts';
export { hasSelectedEntry } from './has-selected-entry.ts';
export { type OnlyRequest, type PathMatcher, pathMatcher } from './only.ts';
export { PathConsumer, type PathConsumerOptions } from './path-consumer.ts';
export type { TargetOptions } from './target/options.ts';
export { addFile, addFolder, downloadFile, downloadFolder } from './helpers.ts';
export type { FileEntry, FolderEntry, LinkEntry, ManifestEntry, SymlinkOption } from '@towline/file-io';
