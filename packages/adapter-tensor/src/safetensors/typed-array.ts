import { allocate } from './allocate.ts';
import { invalidArgument } from './arguments.ts';
import { dtypes, type Dtype, type TypedArrayName } from './dtypes.ts';
import { SafetensorsError } from './errors.ts';
import { checkedDtype, checkedShape, tensorBytes, typeText, type Shape } from './shape.ts';
import type { Tensor } from './tensor.ts';

const arrayClasses = {
  Int8Array,
  Uint8Array,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  BigInt64Array,
  BigUint64Array,
  Float32Array,
  Float64Array,
} as const satisfies Readonly<Record<TypedArrayName, unknown>>;

/** The arrays that tensors are read as; which one a dtype has is in the table {@link dtypes}. */
export type TypedArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

/** The dtype that an array has by itself, by its name. */
const nativeDtypes: ReadonlyMap<string, Dtype> = new Map([
  ['Int8Array', 'I8'],
  ['Uint8Array', 'U8'],
  ['Uint8ClampedArray', 'U8'],
  ['Int16Array', 'I16'],
  ['Uint16Array', 'U16'],
  ['Int32Array', 'I32'],
  ['Uint32Array', 'U32'],
  ['BigInt64Array', 'I64'],
  ['BigUint64Array', 'U64'],
  ['Float16Array', 'F16'],
  ['Float32Array', 'F32'],
  ['Float64Array', 'F64'],
]);

/**
 * A tensor over the memory of a typed array: a view, nothing is copied, so later writes to the array show in the tensor.
 *
 * @param array any typed array; with `dtype` also one of raw elements: `Uint16Array` for F16 and BF16, `Float32Array`
 * with real and imaginary parts for C64, `Uint8Array` with the little-endian bytes for any dtype
 * @param shape its product is the number of elements
 * @param dtype default: the array's own (`Float32Array` F32, `Uint8Array` U8, …)
 * @throws SafetensorsError `size_mismatch`, `invalid_shape`, `unknown_dtype`, `invalid_argument` when dtype and array do
 * not go together, `unsupported_host`
 */
export function tensorFrom(array: ArrayBufferView, shape: Shape, dtype?: Dtype): Tensor {
  const type = { dtype: dtypeOf(array, dtype), shape: checkedShape(shape) };
  checkByteOrder(type.dtype);
  const data = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  const needed = tensorBytes(type);
  if (needed === data.byteLength) return { ...type, data };
  const problem = `${typeText(type.dtype, type.shape)} takes ${needed} bytes, the array has ${data.byteLength}`;
  throw new SafetensorsError('size_mismatch', problem);
}

function dtypeOf(array: ArrayBufferView, wanted: Dtype | undefined): Dtype {
  const name = arrayName(array);
  const native = nativeDtypes.get(name) ?? invalidArgument('array', 'must be a typed array');
  const dtype = checkedDtype(wanted ?? native);
  if (dtype === native || name === 'Uint8Array' || name === dtypes[dtype].array) return dtype;
  return invalidArgument('dtype', `${dtype} does not go with the elements of a ${name}`);
}

/** The name of a typed array's class, also of one from another realm or of a subclass such as Buffer. */
function arrayName(array: unknown): string {
  return ArrayBuffer.isView(array) && Symbol.toStringTag in array ? String(array[Symbol.toStringTag]) : '';
}

/** A tensor's elements. */
export interface TypedArrayView {
  /** Of the class that the table {@link dtypes} gives for the dtype. */
  readonly array: TypedArray;
  /** Whether `array` has memory of its own, because the tensor's bytes lie at an address that its class cannot show. */
  readonly copied: boolean;
}

/**
 * The elements of a tensor as a typed array of the class that the table {@link dtypes} gives. A view on `tensor.data`
 * where that lies aligned to the size of an element, else a copy: `copied` says which. Elements that JavaScript has no
 * array for come as their raw bits: F16 and BF16 as `Uint16Array` (see {@link toFloat32Array}), F8, BOOL and the packed F6
 * and F4 as `Uint8Array`, C64 as a `Float32Array` with two entries for each element.
 * @throws SafetensorsError `tensor_too_large` when there is no memory for the copy, `unsupported_host`
 */
export function toTypedArray(tensor: Tensor): TypedArrayView {
  checkByteOrder(tensor.dtype);
  const arrayClass = arrayClasses[dtypes[tensor.dtype].array];
  const copied = tensor.data.byteOffset % arrayClass.BYTES_PER_ELEMENT !== 0;
  const { buffer, byteOffset, byteLength } = copied ? copyOf(tensor.data) : tensor.data;
  // Shared memory shows as well; the common signature of the classes just does not say so.
  const array = new arrayClass(buffer as ArrayBuffer, byteOffset, byteLength / arrayClass.BYTES_PER_ELEMENT);
  return { array, copied };
}

function copyOf(data: Uint8Array): Uint8Array {
  const copy = allocate(data.byteLength, 'tensor_too_large');
  copy.set(data);
  return copy;
}

const littleEndianHost = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** Typed arrays have the host's byte order, tensors are little-endian: only single bytes can be shown on any host. */
function checkByteOrder(dtype: Dtype): void {
  if (littleEndianHost || dtypes[dtype].bits <= 8) return;
  throw new SafetensorsError('unsupported_host', `elements of ${dtype} cannot be shown as a typed array`);
}
