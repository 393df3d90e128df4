import { invalidOption } from '@towline/downloader-core/spi';
import { RecordBatch, Table } from 'apache-arrow';
import { arrowError, asArrowError } from './errors.ts';
import { MemoryBytes } from './transfer/byte-source.ts';
import { readCatalogue } from './transfer/catalogue.ts';
import { type ArrowSourceOptions, PositionedDownloadable } from './transfer/positioned-downloadable.ts';
import { StreamEncoder } from './values/stream-encoder.ts';

/** Options of {@link TableDownloadable.open}. */
export interface TableSourceOptions extends ArrowSourceOptions {
  /** The name that receivers see, and of the file that one who writes to disk makes. Default `table.arrows`. */
  readonly name?: string | undefined;
}

/**
 * A table, batches, or the bytes of an IPC stream or file, in memory. Values go out as they lie, without a copy, so nobody may write to
 * them until `release`, which the transaction calls. Written values are never compressed; bytes go out as they are.
 */
export class TableDownloadable extends PositionedDownloadable {
  /**
   * Prepares a table, batches of one schema, or IPC bytes. Throws `foreign_arrow` for a table of another copy of the library,
   * `bad_arrow` for batches whose schemas differ and bytes that are no IPC, `invalid_argument`.
   */
  static async open(
    given: Table | readonly RecordBatch[] | Uint8Array,
    options: TableSourceOptions = {},
  ): Promise<TableDownloadable> {
    const { name = 'table.arrows' } = options;
    if (typeof name !== 'string' || name === '') invalidOption('name', 'is no text');
    const source = new MemoryBytes(given instanceof Uint8Array ? [given] : encodeBatches(batchesOf(given)));
    try {
      return new TableDownloadable(source, await readCatalogue(source), name, options);
    } catch (thrown) {
      throw asArrowError(thrown, 'bad_arrow');
    }
  }
}

interface Batches {
  readonly schema: Table['schema'];
  readonly batches: readonly RecordBatch[];
  readonly rows: number;
}

function batchesOf(given: Table | readonly RecordBatch[]): Batches {
  if (given instanceof Table) {
    const { schema, numRows } = given;
    // The library has a batch of no rows for a table without batches.
    return { schema, batches: numRows === 0 ? [] : given.batches, rows: numRows };
  }
  if (!Array.isArray(given)) throw foreignArrow();
  const [first] = given as readonly RecordBatch[];
  if (first === undefined) return invalidOption('batches', 'is empty, so there is no schema');
  if (!given.every((batch) => batch instanceof RecordBatch)) throw foreignArrow();
  const rows = (given as readonly RecordBatch[]).reduce((sum, { numRows }) => sum + numRows, 0);
  return { schema: first.schema, batches: given, rows };
}

function encodeBatches({ schema, batches, rows }: Batches): Uint8Array[] {
  const encoder = new StreamEncoder(schema);
  const parts = encoder.begin();
  let written = 0;
  for (const batch of batches) {
    for (const part of encoder.batch(batch)) parts.push(part);
    written += batch.numRows;
  }
  if (written !== rows) throw arrowError('bad_arrow', `The table has ${rows} rows, and its batches ${written}`);
  return [...parts, ...encoder.end()];
}

/** The error of a value that this copy of the library did not make. */
export function foreignArrow(): Error {
  return arrowError(
    'foreign_arrow',
    'This is no table or batch of the copy of apache-arrow that the adapter uses; give the bytes of tableToIPC(table) instead',
  );
}
