// @ts-check
// The format alone: where records end, and what is in them.
import { DownloadError } from '@towline/downloader-core/spi';

const quote = 34;
const newline = 10;

/** Finds where records end in bytes that come in pieces. A line break within quotes ends none. */
export class RecordEnds {
  #isQuoted = false;

  /** Whether the text may end here. */
  get isWhole() {
    return !this.#isQuoted;
  }

  /** The places behind each record that ends in these bytes. @param {Uint8Array} bytes */
  *in(bytes) {
    for (const [at, byte] of bytes.entries()) {
      // A quote that is written twice, for one in the text, turns this off and on again.
      if (byte === quote) this.#isQuoted = !this.#isQuoted;
      else if (byte === newline && !this.#isQuoted) yield at + 1;
    }
  }
}

// A field and what ends it: in quotes with quotes inside written twice, or plain.
const field = /(?:"([^"]*(?:""[^"]*)*)"|([^",\r\n]*))(,|\r?\n|$)/gy;

/**
 * The records of a text that begins and ends with whole ones. Throws `bad_csv`.
 * @param {string} text
 * @returns {string[][]}
 */
export function parseRecords(text) {
  const records = [];
  let record = [];
  field.lastIndex = 0;
  while (field.lastIndex < text.length || record.length > 0) {
    const match = field.exec(text);
    if (!match) throw badCsv('a quote stands where none may');
    const [, quoted, plain = '', end] = match;
    record.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === ',') continue;
    records.push(record);
    record = [];
  }
  return records;
}

/**
 * The columns that a header names, each once. Throws `bad_csv`.
 * @param {unknown} names whatever stands there
 * @returns {readonly string[]}
 */
export function checkColumns(names) {
  if (!Array.isArray(names) || !names.every((name) => typeof name === 'string')) throw badCsv('it has no header');
  if (new Set(names).size < names.length) throw badCsv('two columns have the same name');
  return names;
}

/** @param {string} problem */
export const badCsv = (problem) => new DownloadError('bad_csv', `This is no CSV: ${problem}`);
