import type { AdapterOptions } from '@towline/conformance';
import { type Table, tableFromIPC } from 'apache-arrow';
import { BatchesDownloadable, IpcConsumer, TableConsumer, TableDownloadable } from '../../src/index.ts';
import { sampleTable, valuesOf } from './tables.ts';

// What the conformance suite is told of tables in memory. This runs in browsers, too.

export const chunkSizes = [100, 1_000];
export const badStates = [{ at: -1, end: 0 }, { at: 0, end: 2 }, { at: 10_000_000, end: 0 }, { offset: 0 }];
export const tables = [
  { name: 'a table without rows', value: sampleTable(1, 0) },
  { name: 'a small table', value: sampleTable(1, 3) },
  { name: 'a table of some batches', value: sampleTable(3, 20) },
];

const ofTables = {
  samples: tables,
  downloadable: (table: Table, options: { readonly chunkBytes?: number }) => TableDownloadable.open(table, options),
  chunkSizes,
};

export const tableToTable: AdapterOptions<Table, Table> = {
  ...ofTables,
  consumer: () => new TableConsumer(),
  verify: verifyTable,
  badStates,
};

export const tableToBytes: AdapterOptions<Table, Uint8Array> = {
  ...ofTables,
  consumer: () => new IpcConsumer({ as: 'stream' }),
  verify: (bytes, table) => verifyTable(tableFromIPC(bytes), table),
};

export const batchesToTable: AdapterOptions<Table, Table> = {
  ...ofTables,
  consumer: () => new TableConsumer(),
  verify: verifyTable,
  downloadable: (table, options) =>
    BatchesDownloadable.open(table.numRows === 0 ? [] : table.batches, { ...options, schema: table.schema }),
};

function verifyTable(received: Table, table: Table): void {
  const [seen, expected] = [valuesOf(received), valuesOf(table)];
  if (seen !== expected) throw new Error(`${seen} in place of ${expected}`);
}
