import { SafetensorsError } from './errors.ts';
import { tensorBytes, type Shape, type TensorType } from './shape.ts';
import type { Tensor } from './tensor.ts';

/** Rows of a tensor along its first dimension: from the first number on, up to but without the second. */
export type RowRange = readonly [from: number, to: number];

/** Where rows lie within the data of their tensor. */
export interface RowSlice {
  /** Bytes before the first row, from the start of the tensor. */
  readonly begin: number;
  /** The byte behind the last row, counted likewise. */
  readonly end: number;
  /** The shape of the rows: `[to - from, …]`. */
  readonly shape: Shape;
}

/**
 * Where rows of a tensor lie.
 * @throws SafetensorsError `invalid_rows` unless 0 <= from <= to <= shape[0] and both borders fall on whole bytes
 */
export function locateRows(type: TensorType, rows: RowRange, tensor?: string): RowSlice {
  const [from, to] = rows;
  const [rowCount, ...rowShape] = type.shape;
  if (rowCount === undefined) throw new SafetensorsError('invalid_rows', 'a single element has no rows', { tensor });
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || from < 0 || from > to || to > rowCount) {
    throw new SafetensorsError('invalid_rows', `rows [${from}, ${to}] of ${rowCount}`, { tensor });
  }
  const bits = BigInt(tensorBytes(type, { tensor })) * 8n;
  const rowBits = rowCount === 0 ? 0n : bits / BigInt(rowCount);
  const begin = wholeBytes(from, rowBits, tensor);
  return { begin, end: wholeBytes(to, rowBits, tensor), shape: [to - from, ...rowShape] };
}

function wholeBytes(row: number, rowBits: bigint, tensor: string | undefined): number {
  const bits = BigInt(row) * rowBits;
  if (bits % 8n === 0n) return Number(bits / 8n);
  throw new SafetensorsError('invalid_rows', `row ${row} does not begin on a whole byte`, { tensor });
}

/**
 * Rows of a tensor in memory, as a view: no data is copied.
 * @throws SafetensorsError `invalid_rows`, see {@link locateRows}
 */
export function sliceRows(tensor: Tensor, rows: RowRange): Tensor {
  const { begin, end, shape } = locateRows(tensor, rows);
  return { dtype: tensor.dtype, shape, data: tensor.data.subarray(begin, end) };
}
