// @ts-check
import { open } from 'node:fs/promises';
import { encodeFooter, encodePrefix, encodeRecordBatch, encodeSchemaMessage } from '@towline/adapter-arrow/validate';
import { columnValues } from '../bench/peers/seeded-table.mjs';

/** @typedef {import('@towline/adapter-arrow/validate').ArrowField} ArrowField */
/** @typedef {import('@towline/adapter-arrow/validate').FileBlock} FileBlock */

const version = 5;

/**
 * Writes an IPC file of columns of Float64 with equal sizes, batch by batch. Gives the sum of all values.
 * @param {string} path
 * @param {{ bytes: number, columns: number, batches: number }} shape
 */
export async function writeArrowFile(path, { bytes, columns, batches }) {
  const rows = Math.floor(bytes / batches / columns / 8 / 8) * 8;
  const file = await open(path, 'w');
  let at = 0;
  let sum = 0;
  /** @param {Uint8Array} data */
  const write = async (data) => {
    await file.write(data);
    at += data.byteLength;
  };
  /** @param {Uint8Array} metadata */
  const writeMetadata = async (metadata) => {
    await write(encodePrefix(metadata.byteLength));
    await write(metadata);
  };
  /** @type {ArrowField[]} */
  const fields = Array.from({ length: columns }, (_, column) => ({
    name: `c${column}`,
    nullable: false,
    type: { kind: 'float', bitWidth: 64 },
    dictionary: undefined,
    children: [],
    metadata: [],
  }));
  /** @type {import('@towline/adapter-arrow/validate').ArrowSchema} */
  const schema = { endianness: 'little', fields, metadata: [] };
  /** @type {FileBlock[]} */
  const recordBatches = [];
  try {
    await write(new TextEncoder().encode('ARROW1\0\0'));
    await writeMetadata(encodeSchemaMessage({ schema, version }));
    for (let index = 0; index < batches; index += 1) {
      const buffers = fields.flatMap((_, column) => [
        { offset: column * rows * 8, length: 0 },
        { offset: column * rows * 8, length: rows * 8 },
      ]);
      const nodes = fields.map(() => ({ length: rows, nullCount: 0 }));
      const bodyBytes = columns * rows * 8;
      const offset = at;
      const batch = { rows, nodes, buffers, variadicCounts: [], compression: undefined };
      await writeMetadata(encodeRecordBatch(batch, { version, bodyBytes, customMetadata: [] }));
      recordBatches.push({ kind: 'recordBatch', offset, metadataBytes: at - offset, bodyBytes });
      for (let column = 0; column < columns; column += 1) {
        const values = columnValues(index, column, rows);
        for (const value of values) sum += value;
        await write(new Uint8Array(values.buffer));
      }
    }
    await write(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0));
    await write(encodeFooter({ schema, version, dictionaries: [], recordBatches }));
  } finally {
    await file.close();
  }
  return sum;
}
