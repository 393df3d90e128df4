// @ts-check
// The receiver's half: pages come in, rows go out, each an object with the columns as its keys.
import { downloadObject } from '@towline/downloader-core';
import { DownloadError, ItemConsumer, iterateGiven, listSink } from '@towline/downloader-core/spi';
import { badCsv, checkColumns, parseRecords } from './records.mjs';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** @typedef {Readonly<Record<string, string>>} Row */
/** @typedef {import('@towline/downloader-core').DownloadOptions} DownloadOptions */
/** @typedef {import('@towline/downloader-core').DownloadWith} DownloadWith */
/** @typedef {import('@towline/downloader-core').Ref} Ref */

/**
 * Receives rows into a sink, which hears of each in order. Fails with `bad_csv` for rows that do not fit the header.
 * @template R
 * @param {Pick<import('@towline/downloader-core/spi').ItemSink<Row, R>, 'write' | 'finish' | 'abandon'>} sink
 */
export function csvConsumer(sink) {
  /** @type {readonly string[]} */
  let columns = [];
  let rows = 0;
  return new ItemConsumer({
    kind: 'csv',
    decode: (bytes) => parseRecords(utf8.decode(bytes)).map((record) => rowOf(columns, record)),
    sink: {
      begin: ({ fields }) => void (columns = columnsOf(fields)),
      async write(page, _index, context) {
        for (const row of page) {
          await sink.write(row, rows, context);
          rows += 1;
        }
      },
      finish: () => sink.finish(),
      abandon: (error) => sink.abandon?.(error),
    },
  });
}

/**
 * Downloads all rows into memory. Fails as `downloadObject` does, and with `bad_csv`.
 * @param {DownloadWith} service
 * @param {Ref} ref
 * @param {DownloadOptions} [options]
 */
export function downloadCsv(service, ref, options = {}) {
  /** @type {import('@towline/downloader-core/spi').ItemSink<Row, Row[]>} */
  const sink = listSink();
  return downloadObject(service, ref, csvConsumer(sink), options);
}

/**
 * Downloads row by row: `for await (const row of iterateCsv(…))`. Only some pages are held. Throws as {@link downloadCsv} does.
 * @param {DownloadWith} service
 * @param {Ref} ref
 * @param {DownloadOptions} [options]
 * @returns {AsyncGenerator<Row, void, undefined>}
 */
export function iterateCsv(service, ref, options = {}) {
  return iterateGiven((give, signal) => {
    const rows = csvConsumer({ write: (row) => give(row), finish: () => {} });
    return downloadObject(service, ref, rows, { resumable: false, ...options, signal });
  }, options.signal);
}

/**
 * The header, as a stranger tells it.
 * @param {import('@towline/downloader-core').Description['fields']} fields
 * @returns {readonly string[]}
 */
function columnsOf({ v, columns } = {}) {
  if (v !== 1) throw new DownloadError('version', `CSV of version ${String(v)} is not known here`, { side: 'remote' });
  return checkColumns(columns);
}

/** @param {readonly string[]} columns @param {readonly string[]} record @returns {Row} */
function rowOf(columns, record) {
  if (record.length !== columns.length)
    throw badCsv(`a row has ${record.length} fields, and the header ${columns.length}`);
  // Not an object literal: a column may be called __proto__.
  return Object.fromEntries(columns.map((column, at) => [column, record[at] ?? '']));
}
