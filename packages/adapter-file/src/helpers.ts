import {
  addOrRelease,
  type AddOptions,
  type AddTo,
  type DownloadOptions,
  downloadObject,
  type DownloadWith,
  type Ref,
} from '@towline/downloader-core';
import { FileConsumer, type FileConsumerOptions, type FileResult } from './file-consumer.ts';
import { FileDownloadable, type FileSourceOptions } from './file-downloadable.ts';
import { FolderConsumer, type FolderConsumerOptions, type FolderResult } from './folder-consumer.ts';
import { FolderDownloadable, type FolderSourceOptions } from './folder-downloadable.ts';

/**
 * Shares a file: opens it and adds it to a transaction. Fails as {@link FileDownloadable.open} and `addObject` do; the file
 * is closed when it cannot be added.
 */
export async function addFile(
  transaction: AddTo,
  path: string,
  options: FileSourceOptions & AddOptions = {},
): Promise<Ref> {
  return addOrRelease(transaction, await FileDownloadable.open(path, options), options);
}

/** Shares a folder: lists it and adds it to a transaction. Fails as {@link FolderDownloadable.open} and `addObject` do. */
export async function addFolder(
  transaction: AddTo,
  path: string,
  options: FolderSourceOptions & AddOptions = {},
): Promise<Ref> {
  return addOrRelease(transaction, await FolderDownloadable.open(path, options), options);
}

/** Downloads a file into a folder. Fails as `downloadObject` does, with codes of core and of `fileErrorCodes`. */
export async function downloadFile(
  service: DownloadWith,
  ref: Ref,
  options: FileConsumerOptions & DownloadOptions,
): Promise<FileResult> {
  return downloadObject(service, ref, new FileConsumer(options), options);
}

/** Downloads a folder into a folder. Fails as `downloadObject` does, with codes of core and of `fileErrorCodes`. */
export async function downloadFolder(
  service: DownloadWith,
  ref: Ref,
  options: FolderConsumerOptions & DownloadOptions,
): Promise<FolderResult> {
  return downloadObject(service, ref, new FolderConsumer(options), options);
}
