import type { DownloadOptions, DownloadWith, Ref } from '@towline/downloader-core';
import type { RecordBatch, Table } from 'apache-arrow';
import { codecs } from '../codecs/index.ts';
import type { ValueTargetOptions } from '../consumers.ts';
import { downloadBatches as downloadPlainBatches, downloadTable as downloadPlainTable } from '../helpers.ts';

/** Downloads a table, as the helper of that name one entry higher, with decoders for LZ4 and Zstandard. */
export function downloadTable(
  service: DownloadWith,
  ref: Ref,
  options: ValueTargetOptions & DownloadOptions = {},
): Promise<Table> {
  return downloadPlainTable(service, ref, { codecs: codecs(), ...options });
}

/** Downloads batches one by one, as the helper of that name one entry higher, with decoders for LZ4 and Zstandard. */
export function downloadBatches(
  service: DownloadWith,
  ref: Ref,
  options: ValueTargetOptions & DownloadOptions = {},
): AsyncGenerator<RecordBatch, void, undefined> {
  return downloadPlainBatches(service, ref, { codecs: codecs(), ...options });
}
