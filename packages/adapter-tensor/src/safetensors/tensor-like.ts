import { invalidArgument } from './arguments.ts';
import type { Dtype } from './dtypes.ts';
import { SafetensorsError } from './errors.ts';
import { toFloat32Array } from './half-float.ts';
import type { Shape } from './shape.ts';
import type { Tensor } from './tensor.ts';
import { tensorFrom, toTypedArray, type TypedArray } from './typed-array.ts';

/** The arguments and fields of a tensor of onnxruntime-web and transformers.js. */
export interface OnnxTensorLike {
  /** The library's name of the dtype: `float32`, `int64`. */
  readonly type: string;
  /** As the shape, in numbers. */
  readonly dims: readonly number[];
  /** All elements, row-major, in the array that the library has for the type. */
  readonly data: TypedArray;
}

/** The arguments and fields of a tensor of TensorFlow.js. */
export interface TfjsTensorLike {
  /** The library's name of the dtype: `float32`, `int32`, `bool`. */
  readonly dtype: string;
  /** As the shape, in numbers. */
  readonly shape: readonly number[];
  /** All elements, row-major, in the array that the library has for the type. */
  readonly values: TypedArray;
}

/** What {@link fromTensorLike} takes: either shape of object, with an array of any kind that the type goes with. */
export type TensorLike =
  /** As {@link OnnxTensorLike}. */
  | { readonly type: string; readonly dims: readonly number[]; readonly data: unknown }
  /** As {@link TfjsTensorLike}. */
  | { readonly dtype: string; readonly shape: readonly number[]; readonly values: unknown };

const onnxTypes: ReadonlyMap<string, Dtype> = new Map([
  ['float64', 'F64'],
  ['float32', 'F32'],
  ['float16', 'F16'],
  ['int64', 'I64'],
  ['int32', 'I32'],
  ['int16', 'I16'],
  ['int8', 'I8'],
  ['uint64', 'U64'],
  ['uint32', 'U32'],
  ['uint16', 'U16'],
  ['uint8', 'U8'],
  ['bool', 'BOOL'],
]);

const tfjsTypes: ReadonlyMap<string, Dtype> = new Map([
  ['float32', 'F32'],
  ['int32', 'I32'],
  ['bool', 'BOOL'],
  ['complex64', 'C64'],
]);

/** Types that only a wider one of the other side holds exactly. */
const onnxWidened: ReadonlyMap<Dtype, string> = new Map([['BF16', 'float32']]);
const tfjsWidened: ReadonlyMap<Dtype, string> = new Map([
  ['F16', 'float32'],
  ['BF16', 'float32'],
  ['I16', 'int32'],
  ['I8', 'int32'],
  ['U16', 'int32'],
  ['U8', 'int32'],
]);

/**
 * A tensor as the plain object that other libraries make theirs from: `'onnx'` for onnxruntime-web and transformers.js
 * (`new Tensor(like.type, like.data, like.dims)`), `'tfjs'` for TensorFlow.js (`tf.tensor(like.values, like.shape,
 * like.dtype)`). Never loses a value: a dtype that the other side lacks takes the next type there that holds it exactly
 * (BF16 becomes float32, I8 becomes int32) in new memory; all others are views where their bytes lie aligned.
 * @throws SafetensorsError `unsupported_dtype` when there is no such type, `invalid_shape` for a dimension above 2^53 - 1,
 * `tensor_too_large`, `unsupported_host`
 */
export function toTensorLike(tensor: Tensor, library?: 'onnx'): OnnxTensorLike;
export function toTensorLike(tensor: Tensor, library: 'tfjs'): TfjsTensorLike;
export function toTensorLike(tensor: Tensor, library: 'onnx' | 'tfjs' = 'onnx'): OnnxTensorLike | TfjsTensorLike {
  const dims = numbersOnly(tensor.shape);
  switch (library) {
    case 'onnx': {
      const { name, array } = exported(tensor, onnxTypes, onnxWidened);
      return { type: name, dims, data: array };
    }
    case 'tfjs': {
      const { name, array } = exported(tensor, tfjsTypes, tfjsWidened);
      return { dtype: name, shape: dims, values: array };
    }
    default:
      return invalidArgument('library', "must be 'onnx' or 'tfjs'");
  }
}

/**
 * A tensor from the plain object, or the tensor, of another library: `{ type, dims, data }` or `{ dtype, shape, values }`.
 * A view: nothing is copied.
 * @throws SafetensorsError `unsupported_dtype` for types without a dtype (such as strings), `invalid_argument` when the
 * elements are no typed array of that type (fetch those that lie on a GPU first), `size_mismatch`, `invalid_shape`
 */
export function fromTensorLike(like: TensorLike): Tensor {
  if ('type' in like) return imported(onnxTypes, like.type, like.dims, like.data);
  return imported(tfjsTypes, like.dtype, like.shape, like.values);
}

function imported(types: ReadonlyMap<string, Dtype>, name: string, shape: Shape, elements: unknown): Tensor {
  const dtype = types.get(name);
  if (dtype === undefined) throw new SafetensorsError('unsupported_dtype', `no dtype for elements of type ${name}`);
  if (!ArrayBuffer.isView(elements)) return invalidArgument('the elements', 'must be a typed array');
  return tensorFrom(elements, shape, dtype);
}

function exported(
  tensor: Tensor,
  types: ReadonlyMap<string, Dtype>,
  widened: ReadonlyMap<Dtype, string>,
): { name: string; array: TypedArray } {
  for (const [name, dtype] of types) if (dtype === tensor.dtype) return { name, array: toTypedArray(tensor).array };
  const name = widened.get(tensor.dtype);
  if (name === 'float32') return { name, array: toFloat32Array(tensor) };
  if (name === 'int32') return { name, array: Int32Array.from(toTypedArray(tensor).array as Int16Array) };
  throw new SafetensorsError('unsupported_dtype', `${tensor.dtype} has no type there that holds it exactly`);
}

function numbersOnly(shape: Shape): number[] {
  return shape.map((size) => {
    if (typeof size === 'number') return size;
    throw new SafetensorsError('invalid_shape', `dimension ${size} is too large for other libraries`);
  });
}
