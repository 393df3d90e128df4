// @ts-check
import { createHash } from 'node:crypto';
import { Field, Float64, Int32, makeData, RecordBatch, Schema, Struct, Utf8 } from 'apache-arrow';

const rows = 8192;
const columns = /** @type {const} */ ({ floats: 8, integers: 4, texts: 2 });

/**
 * Batches of about 1 MiB with columns that a validator has to look at: floats, integers of which some are null, and texts of several lengths, none of
 * them plain ASCII. Each batch has buffers of its own, and begins with its number.
 * @param {number} bytes of all batches, about
 * @param {boolean} hasTexts
 */
export function mixedBatches(bytes, hasTexts) {
  const template = [...numberColumns(), ...(hasTexts ? textColumns() : [])];
  const fields = template.map(({ type, nullCount }, at) => new Field(`c${at}`, type, nullCount > 0));
  const schema = new Schema(fields);
  const type = new Struct(fields);
  const batchBytes = template.reduce((sum, data) => sum + data.byteLength, 0);
  return Array.from({ length: Math.max(1, Math.round(bytes / batchBytes)) }, (_, index) => {
    const children = template.map(copyOf);
    /** @type {Float64Array | undefined} */ (children[0]?.values)?.fill(index, 0, 1);
    return new RecordBatch(schema, makeData({ type, length: rows, nullCount: 0, children }));
  });
}

/** @returns {import('apache-arrow').Data<any>[]} */
function numberColumns() {
  const nullBitmap = new Uint8Array(rows / 8).fill(0b1110_1111);
  return [
    ...Array.from({ length: columns.floats }, (_, at) =>
      makeData({
        type: new Float64(),
        length: rows,
        data: Float64Array.from({ length: rows }, (_, row) => row / (at + 1)),
      }),
    ),
    ...Array.from({ length: columns.integers }, (_, at) =>
      makeData({
        type: new Int32(),
        length: rows,
        nullCount: rows / 8,
        nullBitmap,
        data: Int32Array.from({ length: rows }, (_, row) => row * at),
      }),
    ),
  ];
}

const textColumns = () => Array.from({ length: columns.texts }, (_, at) => textColumn(at));

/** @param {number} seed */
function textColumn(seed) {
  const texts = Array.from({ length: rows }, (_, row) =>
    Buffer.from('zwölf Wörter ins Blaue, '.repeat(2).slice(0, (row * 7 + seed) % 40)),
  );
  const valueOffsets = new Int32Array(rows + 1);
  for (const [row, text] of texts.entries()) valueOffsets[row + 1] = (valueOffsets[row] ?? 0) + text.byteLength;
  return makeData({
    type: new Utf8(),
    length: rows,
    nullCount: 0,
    valueOffsets,
    data: new Uint8Array(Buffer.concat(texts)),
  });
}

/** @param {import('apache-arrow').Data<any>} data */
function copyOf({ type, length, nullCount, nullBitmap, valueOffsets, values }) {
  return makeData({
    type,
    length,
    nullCount,
    ...(nullCount > 0 && { nullBitmap: nullBitmap.slice() }),
    ...(valueOffsets && { valueOffsets: valueOffsets.slice() }),
    data: values.slice(),
  });
}

/**
 * The SHA-256 of all that the batches hold, without what pads them.
 * @param {readonly RecordBatch[]} batches
 */
export function digestOfBatches(batches) {
  const hash = createHash('sha256');
  for (const { data, numRows } of batches) {
    for (const { nullCount, nullBitmap, valueOffsets, values } of data.children) {
      if (nullCount > 0) hash.update(nullBitmap.subarray(0, Math.ceil(numRows / 8)));
      if (valueOffsets) hash.update(valueOffsets.subarray(0, numRows + 1));
      hash.update(values.subarray(0, valueOffsets ? valueOffsets[numRows] : numRows));
    }
  }
  return hash.digest('hex');
}
