// @ts-check
import { Field, Float64, makeData, RecordBatch, Schema, Struct } from 'apache-arrow';

/**
 * A batch of columns of Float64 whose first value is the number of its first row.
 * @param {number} index which batch it is
 * @param {number} columns
 * @param {number} rows
 */
export function columnsBatch(index, columns, rows) {
  const fields = Array.from({ length: columns }, (_, at) => new Field(`c${at}`, new Float64(), false));
  const children = fields.map((_, at) =>
    makeData({ type: new Float64(), length: rows, data: columnValues(index, at, rows) }),
  );
  const type = new Struct(fields);
  return new RecordBatch(new Schema(fields), makeData({ type, length: rows, nullCount: 0, children }));
}

/**
 * @param {number} index
 * @param {number} column
 * @param {number} rows
 */
export function columnValues(index, column, rows) {
  const values = new Float64Array(rows);
  for (let row = 0; row < rows; row += 1) values[row] = index * rows + row + column * 0.25;
  return values;
}

/**
 * The sum of all values.
 * @param {readonly import('apache-arrow').RecordBatch[]} batches
 */
export function sumOf(batches) {
  let sum = 0;
  for (const batch of batches) {
    for (const { values } of batch.data.children) {
      for (const value of /** @type {Float64Array} */ (values)) sum += value;
    }
  }
  return sum;
}
