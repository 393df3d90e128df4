// @ts-check
// The owner's half: a file on its disk, read when it is asked for. An item is a page, some 64 KiB of whole records.
import { resolve } from 'node:path';
import { addOrRelease } from '@towline/downloader-core';
import { ItemDownloadable } from '@towline/downloader-core/spi';
import { openSourceFile, readSource } from '@towline/file-io';
import { badCsv, checkColumns, parseRecords, RecordEnds } from './records.mjs';

/** @typedef {{ pageBytes?: number, chunkBytes?: number }} CsvOptions */
/** @typedef {(from: number, to: number) => Promise<Uint8Array>} ReadRange */

const scanBytes = 2 ** 20;

/**
 * Shares a CSV file. Fails as {@link openCsv} and `addObject` do.
 * @param {import('@towline/downloader-core').AddTo} transaction
 * @param {string} path
 * @param {CsvOptions & import('@towline/downloader-core').AddOptions} [options]
 */
export async function addCsv(transaction, path, options = {}) {
  return addOrRelease(transaction, await openCsv(path, options), options);
}

/**
 * Opens a CSV file and looks through it once. Throws `bad_csv`, `source_missing`, `source_unreadable`. A file that is changed while it
 * is shared ends the transfer with `source_changed`.
 * @param {string} path
 * @param {CsvOptions} [options]
 */
export async function openCsv(path, { pageBytes = 2 ** 16, chunkBytes } = {}) {
  const { source, file, stats, pace } = await openSourceFile(resolve(path));
  /** @type {ReadRange} */
  const read = async (from, to) => {
    const bytes = new Uint8Array(to - from);
    await readSource(source, file, bytes, from, pace);
    return bytes;
  };
  try {
    const [headerEnd = 0, ...pageEnds] = await findPages(Number(stats.size), pageBytes, read);
    const [header] = parseRecords(new TextDecoder('utf-8', { fatal: true }).decode(await read(0, headerEnd)));
    const borders = [headerEnd, ...pageEnds];
    return new ItemDownloadable({
      kind: 'csv',
      items: {
        count: pageEnds.length,
        item: (index) => read(borders[index] ?? 0, borders[index + 1] ?? 0),
        close: () => file.close(),
      },
      encode: (page) => page,
      chunkBytes,
      description: {
        name: source.label,
        totalBytes: Number(stats.size) - headerEnd,
        fields: { v: 1, columns: checkColumns(header) },
      },
    });
  } catch (thrown) {
    await file.close();
    throw thrown;
  }
}

/**
 * Where the header ends, then where each page does.
 * @param {number} size of the file, in bytes
 * @param {number} pageBytes
 * @param {ReadRange} read
 */
async function findPages(size, pageBytes, read) {
  const ends = [];
  const records = new RecordEnds();
  for (let from = 0; from < size; from += scanBytes) {
    const bytes = await read(from, Math.min(from + scanBytes, size));
    for (const at of records.in(bytes)) {
      const end = from + at;
      if (ends.length === 0 || end - (ends.at(-1) ?? 0) >= pageBytes) ends.push(end);
    }
  }
  if (!records.isWhole) throw badCsv('it ends within quotes');
  if (size > (ends.at(-1) ?? 0)) ends.push(size);
  return ends;
}
