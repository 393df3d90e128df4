import { dtypes, isDtype, type Dtype } from './dtypes.ts';
import { quoted, SafetensorsError, type SafetensorsErrorDetails } from './errors.ts';

/**
 * Dimensions from the outermost to the innermost (row-major); `[]` is a single element. Each is an integer from 0 to
 * 2^64 - 1: a number up to 2^53 - 1, a bigint only above.
 */
export type Shape = readonly (number | bigint)[];

/** What a tensor is, without its bytes. */
export interface TensorType {
  /** The type of each element. */
  readonly dtype: Dtype;
  /** How many elements, in which dimensions. */
  readonly shape: Shape;
}

const MAX_U64 = 2n ** 64n - 1n;
const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/** The exact value as a number where a number can hold it, else as the bigint. */
export function exactInteger(value: bigint): number | bigint {
  return value <= MAX_SAFE ? Number(value) : value;
}

/** Whether a value is an integer from 0 to 2^64 - 1, in the form that {@link Shape} prescribes or as a smaller bigint. */
function isDimension(value: unknown): value is number | bigint {
  if (typeof value === 'bigint') return value >= 0n && value <= MAX_U64;
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/**
 * A shape given from outside, checked; bigints that fit a number become one.
 * @throws SafetensorsError `invalid_shape`
 */
export function checkedShape(shape: Shape, tensor?: string): Shape {
  if (!Array.isArray(shape) || !shape.every(isDimension)) {
    throw new SafetensorsError('invalid_shape', 'a shape must be an array of integers from 0 to 2^64 - 1', { tensor });
  }
  return shape.map((size) => (typeof size === 'bigint' ? exactInteger(size) : size));
}

/** @throws SafetensorsError `unknown_dtype` */
export function checkedDtype(dtype: string, details: SafetensorsErrorDetails = {}): Dtype {
  if (isDtype(dtype)) return dtype;
  throw new SafetensorsError('unknown_dtype', `${quoted(dtype)} is not a dtype of the format`, details);
}

/**
 * The bytes that a tensor takes, exactly: product of the shape, times bits, divided by 8 (rules R08, R09). A product
 * that leaves 64 bits on the way is refused even when a later dimension is 0, as the reference does.
 * @throws SafetensorsError `size_overflow`, `partial_byte`
 */
export function tensorBytes({ dtype, shape }: TensorType, details: SafetensorsErrorDetails = {}): number | bigint {
  const bits = bitCount(dtype, shape);
  if (exceedsU64(bits)) {
    throw new SafetensorsError('size_overflow', `${typeText(dtype, shape)} is larger than 2^64 - 1 bits`, details);
  }
  if (typeof bits === 'number') {
    if (bits % 8 === 0) return bits / 8;
  } else if (bits % 8n === 0n) {
    return exactInteger(bits / 8n);
  }
  throw new SafetensorsError('partial_byte', `${typeText(dtype, shape)} does not fill whole bytes`, details);
}

/** The exact number of bits, or some number above 2^64 - 1. */
function bitCount(dtype: Dtype, shape: Shape): number | bigint {
  let product: number | bigint = 1;
  for (const size of shape) {
    product = exactProduct(product, size);
    if (exceedsU64(product)) return product;
  }
  return exactProduct(product, dtypes[dtype].bits);
}

function exceedsU64(value: number | bigint): boolean {
  return typeof value === 'bigint' && value > MAX_U64;
}

function exactProduct(a: number | bigint, b: number | bigint): number | bigint {
  if (typeof a === 'number' && typeof b === 'number') {
    const product = a * b;
    if (product <= Number.MAX_SAFE_INTEGER) return product;
  }
  return exactInteger(BigInt(a) * BigInt(b));
}

const SHOWN_DIMENSIONS = 8;

/** A dtype and shape as they may stand in a message, of bounded length. */
export function typeText(dtype: Dtype, shape: Shape): string {
  const shown = shape.slice(0, SHOWN_DIMENSIONS).join(', ');
  return `${dtype} [${shown}${shape.length > SHOWN_DIMENSIONS ? ', …' : ''}]`;
}
